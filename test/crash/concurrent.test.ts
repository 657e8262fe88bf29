// Would catch: two processes at once that lose a record, publish it twice, or keep each other from ending well.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { AlluviumError } from '../../src/domain/errors.ts';
import type { OutcomeFact } from '../../src/domain/facts.ts';
import { parseKey } from '../../src/domain/keys.ts';
import {
  audit,
  ingest,
  type IngestResult,
  MemoryStore,
  openOn,
  type Provider,
  readRows,
  type SubmitResult,
  verify,
} from '../../src/index.ts';
import { nextTurn } from '../../src/runtime/clock.ts';
import { readLatest } from '../../src/snapshot/latest.ts';
import type { Store } from '../../src/store/contract.ts';
import { requireFact } from '../../src/store/facts.ts';
import { dyingAt, FaultyStore, keysOf } from '../faulty-store.ts';
import { dice } from './dice.ts';
import { collection, handIn, letters } from './letters.ts';

/** More of them search for rarer races. */
const rounds = Number(process.env['ALLUVIUM_TEST_ROUNDS'] ?? 50);

/** How one process runs. Its seed decides how long each call to the store takes, and which batches are done when it asks. */
const pace = fc.record({
  deltasPerChunk: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});
type Pace = typeof pace extends fc.Arbitrary<infer Value> ? Value : never;

/** The store as a process of that pace sees it; tells of every publish that came too late. */
function pacedStore(store: Store, seed: number, onLostPublish: () => void = () => undefined): Store {
  const roll = dice(seed);
  return new FaultyStore(store, {
    any: async () => {
      for (let turns = roll(4); turns > 0; turns--) await nextTurn();
    },
    put: async (key, forward) => {
      const result = await forward();
      if (result === 'exists' && isSnapshot(key)) onLostPublish();
      return result;
    },
  });
}

function isSnapshot(key: string): boolean {
  return parseKey(key)?.type === 'snapshot';
}

/** Is done with a batch only when its turn comes. */
function pacedLetters(seed: number): Provider {
  const roll = dice(seed);
  return {
    ...letters,
    submit: async (...args) => letters.submit(...args),
    poll: async (...args) => (roll(2) === 0 ? letters.poll(...args) : { state: 'running', counts: null }),
    output: (...args) => letters.output(...args),
    errors: (...args) => letters.errors(...args),
    cancel: async (...args) => letters.cancel(...args),
    embed: async (...args) => letters.embed(...args),
  };
}

async function pacedIngest(
  store: Store,
  { seed, ...how }: Pace & { readonly takeoverAfterMs?: number },
  onLostPublish?: () => void,
): Promise<IngestResult> {
  const options = { workers: 0, providers: [pacedLetters(seed)], ...how };
  return await ingest(await openOn(pacedStore(store, seed, onLostPublish)), options);
}

/** An ingest of its own, which finds every batch done. */
async function bringHome(store: Store, takeoverAfterMs?: number): Promise<void> {
  const options = { workers: 0, providers: [letters], takeoverAfterMs };
  const { outcome, collections } = await ingest(await openOn(store), options);
  expect([outcome, collections.flatMap(({ reasons }) => reasons)]).toEqual(['Complete', []]);
}

async function truthOf(store: Store): Promise<object> {
  const rows = await Array.fromAsync(readRows(store, collection), ({ id, document, sequence, line }) =>
    [id, document, sequence, line].join(' '),
  );
  const live = (await readLatest(store, collection))?.fact.live;
  return { live, rows: rows.toSorted(), ledger: await audit(await openOn(store)) };
}

async function setHashOf(store: Store): Promise<string | undefined> {
  return (await readLatest(store, collection))?.fact.live.setHash;
}

/** Every execution that ended has published what was ready for it. */
async function expectAllComplete(store: Store): Promise<void> {
  const keys = (await keysOf(store, 'executions/')).filter((key) => parseKey(key)?.type === 'outcome');
  for (const key of keys) {
    const { outcome, collections } = (await requireFact<OutcomeFact>(store, key)).fact;
    expect([outcome, collections.flatMap(({ reasons }) => reasons)]).toEqual(['Complete', []]);
  }
}

/** How often an execution had to plan anew, because another had published a part of what it had compacted. */
async function countFurtherRounds(store: Store): Promise<number> {
  const keys = await keysOf(store, 'executions/');
  return keys.filter((key) => /\/work\/[1-9]\d*\/process-chunk/.test(key)).length;
}

describe('two ingests at once', () => {
  let truth: object = {};

  async function submittedStore(): Promise<Store> {
    const store = new MemoryStore();
    await handIn(store, ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1', 'g:1'], 1);
    await handIn(store, ['a:22', 'c:22', 'e:22', 'g:22', 'h:22', 'i:22'], 1);
    return store;
  }

  beforeAll(async () => {
    const store = await submittedStore();
    await bringHome(store);
    truth = await truthOf(store);
    expect(truth).toMatchObject({ ledger: { balanced: true, collections: [{ published: 9, superseded: 4 }] } });
  });

  test('publish what one would have published', async () => {
    let lost = 0;
    let further = 0;
    await fc.assert(
      fc.asyncProperty(pace, pace, async (one, other) => {
        const store = await submittedStore();
        await Promise.all([one, other].map(async (how) => pacedIngest(store, how, () => (lost += 1))));
        await expectAllComplete(store);
        further += await countFurtherRounds(store);
        await bringHome(store);
        expect(await truthOf(store)).toEqual(truth);
        expect(await verify(await openOn(store))).toMatchObject({ damaged: [], foreign: [] });
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    console.log(`two ingests, ${rounds} rounds: ${lost} publishes lost, ${further} further rounds`);
    expect(lost).toBeGreaterThan(0);
  });

  test('one of which takes over what the other still does', async () => {
    let takenOver = 0;
    await fc.assert(
      fc.asyncProperty(pace, pace, async (one, other) => {
        const store = await submittedStore();
        const results = await Promise.all([
          pacedIngest(store, one),
          pacedIngest(store, { ...other, takeoverAfterMs: 0 }),
        ]);
        for (const { outcome } of results) expect(outcome).toBe('Complete');
        takenOver += results.flatMap((result) => result.takenOver).length;
        await bringHome(store);
        await expectAllComplete(store);
        expect(await truthOf(store)).toEqual(truth);
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    console.log(`two ingests, ${rounds} rounds: ${takenOver} taken over alive`);
    expect(takenOver).toBeGreaterThan(0);
  });

  test('one of which is killed, and taken over: so does who goes on', async () => {
    // At any change, or right after it published, or tried to.
    const due = fc.oneof(fc.nat({ max: 150 }), fc.constant(isSnapshot));
    let further = 0;
    await fc.assert(
      fc.asyncProperty(pace, pace, due, async (one, other, change) => {
        const store = await submittedStore();
        const dying = new FaultyStore(store, dyingAt(change, 'after', { changes: 0, diedAt: null }));
        await Promise.allSettled([pacedIngest(dying, one), pacedIngest(store, other)]);
        await bringHome(store, 0);
        await expectAllComplete(store);
        further += await countFurtherRounds(store);
        expect(await truthOf(store)).toEqual(truth);
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    console.log(`two ingests, one killed, ${rounds} rounds: ${further} further rounds`);
  });
});

describe('an ingest beside two submits', () => {
  /** Records with ids and documents of few, so that submits change and skip what others hand in. */
  const records = fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), fc.integer({ min: 1, max: 2 })), {
      selector: ([id]) => id,
      minLength: 1,
    })
    .map((chosen) => chosen.map(([id, length]) => `${id}:${'x'.repeat(length)}`));
  const hand = fc.record({ records, recordsPerBatch: fc.integer({ min: 1, max: 3 }), seed: fc.nat() });
  type Hand = typeof hand extends fc.Arbitrary<infer Value> ? Value : never;

  const before = [
    ['a:x', 'b:x', 'c:x', 'd:x', 'e:x'],
    ['a:xxx', 'c:xxx', 'f:xxx'],
  ];

  /** One is published, one is on its way. */
  async function startedStore(): Promise<Store> {
    const store = new MemoryStore();
    await handIn(store, before[0] ?? [], 2);
    await bringHome(store);
    await handIn(store, before[1] ?? [], 2);
    return store;
  }

  /** Null where another hand-in changed what this one skipped: then nothing was handed in. */
  async function pacedSubmit(
    store: Store,
    { records: lines, recordsPerBatch, seed }: Hand,
  ): Promise<SubmitResult | null> {
    try {
      return await handIn(pacedStore(store, seed), lines, recordsPerBatch);
    } catch (error) {
      if (error instanceof AlluviumError && error.kind === 'Conflict') return null;
      throw error;
    }
  }

  test('every record handed in is published once, the latest of each id', async () => {
    let overtaken = 0;
    await fc.assert(
      fc.asyncProperty(pace, hand, hand, async (how, one, other) => {
        const store = await startedStore();
        const hands = [one, other];
        const [result, ...submits] = await Promise.all([
          pacedIngest(store, how),
          ...hands.map(async (each) => pacedSubmit(store, each)),
        ]);
        expect(result.outcome).toBe('Complete');
        const handed: { readonly sequence: number; readonly lines: readonly string[]; readonly records: number }[] = [];
        for (const [position, { records: lines, recordsPerBatch }] of hands.entries()) {
          const first = submits[position] ?? null;
          if (first === null) overtaken += 1;
          const { sequence, records: count } = first ?? (await handIn(store, lines, recordsPerBatch));
          handed.push({ sequence: sequence ?? 0, lines, records: count });
        }
        await bringHome(store);

        const inOrder = [...before, ...handed.toSorted((a, b) => a.sequence - b.sequence).map(({ lines }) => lines)];
        const last = new Map(inOrder.flat().map((line) => line.split(':') as [string, string]));
        const rows = await Array.fromAsync(readRows(store, collection), ({ id, document }) => [id, document]);
        expect(new Map(rows as [string, string][])).toEqual(last);
        expect(rows).toHaveLength(last.size);
        const sequential = new MemoryStore();
        for (const lines of inOrder) await handIn(sequential, lines, 2);
        await bringHome(sequential);
        expect(await setHashOf(store)).toBe(await setHashOf(sequential));
        const submitted = before.flat().length + handed.reduce((sum, { records: count }) => sum + count, 0);
        const ledger = { submitted, published: last.size, superseded: submitted - last.size };
        expect(await audit(await openOn(store))).toMatchObject({ balanced: true, collections: [ledger] });
        expect(await verify(await openOn(store))).toMatchObject({ damaged: [], foreign: [] });
        expect(await keysOf(store, 'pending/')).toEqual([]);
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    console.log(`an ingest beside two submits, ${rounds} rounds: ${overtaken} submits overtaken`);
    expect(overtaken).toBeGreaterThan(0);
  });
});

test('two first submits at once make one store, one collection, and both hand in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), async (one, other) => {
      const store = new MemoryStore();
      const results = await Promise.all([
        handIn(pacedStore(store, one), ['a:1', 'b:1', 'c:1'], 2),
        handIn(pacedStore(store, other), ['d:1'], 1),
      ]);
      expect(new Set(results.map(({ sequence }) => sequence))).toEqual(new Set([1, 2]));
      await bringHome(store);
      expect(await truthOf(store)).toMatchObject({ ledger: { balanced: true, collections: [{ published: 4 }] } });
    }),
    { numRuns: rounds, endOnFailure: true },
  );
});
