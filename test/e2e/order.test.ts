// Would catch: a snapshot that depends on which batch came first, how deltas were grouped, or how many ran at once.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AlluviumStore,
  audit,
  embedWith,
  ingest,
  type InputRecord,
  inputLines,
  MemoryStore,
  openOn,
  type Provider,
  readRows,
  submit,
  verify,
} from '../../src/index.ts';
import { readLatest } from '../../src/snapshot/latest.ts';

const space = { model: 'letters-1', dimension: 2 };

/** Counts letters: any pure function of the text will do. */
const letters = embedWith((texts) => texts.map((text) => [text.length + 1, text.charCodeAt(0) || 1]), {
  ...space,
  name: 'letters',
});

/** Is done with a batch only when its turn comes, so that batches arrive in an order of the test's choosing. */
function delayed(provider: Provider, isDone: () => boolean): Provider {
  return {
    ...provider,
    submit: async (...args) => provider.submit(...args),
    poll: async (...args) => (isDone() ? provider.poll(...args) : { state: 'running', counts: null }),
    output: (...args) => provider.output(...args),
    errors: (...args) => provider.errors(...args),
    cancel: async (...args) => provider.cancel(...args),
    embed: async (...args) => provider.embed(...args),
  };
}

const record = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  document: fc.string({ minLength: 1, maxLength: 4 }),
});
const handIn = fc.uniqueArray(record, { selector: ({ id }) => id, minLength: 1, maxLength: 10 });
const handIns = fc.array(handIn, { minLength: 1, maxLength: 4 });
const run = fc.record({
  recordsPerBatch: fc.integer({ min: 1, max: 5 }),
  deltasPerChunk: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  turns: fc.infiniteStream(fc.boolean()),
  ingestBetween: fc.boolean(),
});

type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never;

interface Published {
  readonly setHash: string;
  readonly keyHash: string;
  readonly rows: readonly string[];
}

async function publish(submissions: readonly (readonly InputRecord[])[], how: Run): Promise<Published> {
  const store = await openOn(new MemoryStore(), { create: true });
  const turns = how.turns[Symbol.iterator]();
  const provider = delayed(letters, () => turns.next().value === true);
  const { deltasPerChunk, concurrency } = how;
  const bringHome = async (isFinal: boolean): Promise<void> => {
    const providers = [isFinal ? letters : provider];
    const { outcome } = await ingest(store, { deltasPerChunk, concurrency, providers, workers: 0 });
    expect(outcome).toBe('Complete');
  };
  for (const records of submissions) {
    await submit(store, 'abc', inputLines(records), {
      ...space,
      provider: 'letters',
      providers: [letters],
      recordsPerBatch: how.recordsPerBatch,
      force: true,
    });
    if (how.ingestBetween) await bringHome(false);
  }
  await bringHome(false);
  await bringHome(true);
  return await published(store);
}

async function published(store: AlluviumStore): Promise<Published> {
  expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ pending: 0, unaccounted: 0 }] });
  expect(await verify(store)).toMatchObject({ damaged: [] });
  const rows: string[] = [];
  for await (const { id, document } of readRows(store.store, 'abc')) rows.push(`${id} ${document}`);
  const manifest = await readLatest(store.store, 'abc');
  const { setHash, keyHash } = manifest?.fact.live ?? { setHash: '', keyHash: '' };
  return { setHash, keyHash, rows: rows.toSorted() };
}

test('batch order, batch size, chunk size and concurrency change neither rows nor set hash nor key hash', async () => {
  await fc.assert(
    fc.asyncProperty(handIns, run, run, async (submissions, one, other) => {
      const last = new Map(submissions.flat().map(({ id, document }) => [id, document]));
      const first = await publish(submissions, one);
      expect(first.rows).toEqual([...last].map(([id, document]) => `${id} ${document}`).toSorted());
      expect(await publish(submissions, other)).toEqual(first);
    }),
    { numRuns: 25 },
  );
}, 60_000);
