// Would catch: a record that is said to come from elsewhere, to lie elsewhere, or to live in another version than it does.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { bringHome, givenRecords, handIn, letters, newStore, sealOnly } from '../../test/handed-in.ts';
import { decodeBlocks } from '../format/arrow-decoder.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { readChunkItems } from '../pipeline/execution-facts.ts';
import { cancelBatch } from '../poll/cancel-batch.ts';
import { readRows } from '../query/read-rows.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { listBatches } from './batches.ts';
import { listSnapshots } from './snapshots.ts';
import { lifeOf, type PublishedVersion, type RecordTrace, why } from './why.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function versionsOf(id: string): Promise<readonly RecordTrace[]> {
  return (await why(store, id)).versions;
}

async function rowsOf(key: string, dimension: number): Promise<Row[][]> {
  return [...decodeBlocks(key, await memory.get(key), dimension)];
}

const nowhere = { delta: null, publishedIn: null, chunk: null, segment: null, liveFrom: null, supersededBy: null };

describe('where a version is', () => {
  test('handed in, sealed, published', async () => {
    await handIn(store, givenRecords('ab'), { recordsPerBatch: 2 });
    const [batch] = (await listBatches(store)).batches;
    const { batchId } = must(batch);
    const handedIn = { collection: 'abc', sequence: 1, line: 2, batchId, provider: 'given', n: 1, residue: null };
    expect(await versionsOf('b')).toEqual([
      { ...nowhere, ...handedIn, submittedAt: expect.any(String), place: 'pending' },
    ]);
    await sealOnly(memory, 'snapshots');
    expect(await versionsOf('b')).toMatchObject([
      { ...nowhere, ...handedIn, place: 'pending', delta: { part: 0, block: 0 } },
    ]);
    await bringHome(store);
    const [published] = await versionsOf('b');
    expect(published).toMatchObject({
      ...handedIn,
      place: 'published',
      publishedIn: 1,
      liveFrom: 1,
      supersededBy: null,
    });
    expect(await why(store, 'b')).toMatchObject({ id: 'b', skipped: null });
  });

  test('residue with its reason', async () => {
    await handIn(store, [{ id: 'a', document: 'unusable' }], { provider: 'letters', providers: [letters()] });
    await bringHome(store, { providers: [letters()] });
    const residue = { status: 'rejected', code: 'zero-vector', message: expect.any(String) };
    expect(await versionsOf('a')).toMatchObject([{ ...nowhere, place: 'residue', residue }]);
  });

  test('discarded', async () => {
    await handIn(store, givenRecords('a'));
    const [batch] = (await listBatches(store)).batches;
    await cancelBatch(store, must(batch).batchId);
    expect(await versionsOf('a')).toMatchObject([{ ...nowhere, place: 'discarded', residue: null }]);
  });

  test('superseded by a later one; one that was skipped leaves no trace', async () => {
    await handIn(store, givenRecords('a'));
    await bringHome(store);
    await handIn(store, givenRecords('a'));
    await handIn(store, givenRecords('ba', 1));
    expect(await versionsOf('a')).toMatchObject([{ place: 'published', supersededBy: null }, { place: 'pending' }]);
    await bringHome(store);
    expect(await versionsOf('a')).toMatchObject([
      { sequence: 1, line: 1, place: 'superseded', liveFrom: 1, supersededBy: { sequence: 2, line: 2, snapshot: 2 } },
      { sequence: 2, line: 2, place: 'published', liveFrom: 2, supersededBy: null },
    ]);
  });

  test('superseded within its own chunk: never live, and in no segment', async () => {
    await handIn(store, givenRecords('a'));
    await handIn(store, givenRecords('a', 1));
    await bringHome(store);
    expect(await versionsOf('a')).toMatchObject([
      {
        place: 'superseded',
        publishedIn: 1,
        segment: null,
        liveFrom: null,
        supersededBy: { sequence: 2, snapshot: 1 },
      },
      { place: 'published', publishedIn: 1, segment: { row: 0 }, liveFrom: 1 },
    ]);
  });

  test('the same id in two collections, or in the one that is asked for', async () => {
    await handIn(store, givenRecords('a'));
    await handIn(store, givenRecords('a'), { collection: 'other' });
    expect(await versionsOf('a')).toMatchObject([{ collection: 'abc' }, { collection: 'other' }]);
    expect((await why(store, 'a', { collection: 'other' })).versions).toMatchObject([{ collection: 'other' }]);
  });
});

test('an id that was never handed in', async () => {
  await expect(why(store, 'a')).rejects.toMatchObject({ hint: 'nothing was handed in yet: alluvium submit FILE' });
  await handIn(store, givenRecords('a'));
  await expect(why(store, '\n😀')).rejects.toMatchObject({
    kind: 'NotFound',
    code: 'record-absent',
    message: String.raw`no record with this id was ever handed in: "\n😀"`,
    hint: 'looked for exactly this id in: abc',
  });
});

test('what it points to is there, for any ids and any number of batches, blocks and chunks', async () => {
  const odd = ['', ' ', '../../x', '\u0000', '\u001B[31m', '😀', '～', '-c', '--json', 'x'.repeat(10_000)];
  const ids = [...odd.filter((id) => id !== ''), ...Array.from({ length: 700 }, (_, n) => `r${n}`)];
  await handIn(
    store,
    ids.map((id) => ({ id, vector: [1, 2] })),
    { recordsPerBatch: 400 },
  );
  await bringHome(store, { deltasPerChunk: 1 });
  for (const id of [...odd.filter((each) => each !== ''), 'r0', 'r255', 'r256', 'r399', 'r400', 'r699']) {
    const [trace, ...others] = await versionsOf(id);
    expect(others).toEqual([]);
    const { n, line, delta, segment, chunk } = must(trace);
    expect(ids[line - 1]).toBe(id);
    expect(n).toBe((line - 1) % 400);
    const blocks = await rowsOf(must(delta).key, 2);
    expect(blocks[must(delta).block]?.some((row) => row.id === id && row.line === line)).toBe(true);
    const rows = (await rowsOf(must(segment).key, 2)).flat();
    expect(rows[must(segment).row]).toMatchObject({ id, line });
    const { executionId, round, index } = must(chunk);
    const plans = (await readChunkItems(memory, executionId, round)).flatMap((item) => item.chunks);
    const plan = plans.find((candidate) => candidate.index === index);
    expect(must(plan).deltas.map(({ delta: object }) => object.key)).toContain(must(delta).key);
  }
});

test('a version lives as long as the snapshots say that it does', async () => {
  const anyHandIn = fc.uniqueArray(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 2 });
  const anyStep = fc.record({ ids: anyHandIn, ingest: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 5 }), async (steps) => {
      ({ memory, store } = await newStore());
      for (const [variant, { ids, ingest }] of steps.entries()) {
        await handIn(store, givenRecords(ids.join(''), variant));
        if (ingest) await bringHome(store, { deltasPerChunk: 1 });
      }
      await bringHome(store);
      for (const id of new Set(steps.flatMap(({ ids }) => ids))) await expectLives(id);
    }),
    { numRuns: 20 },
  );
});

/** In each snapshot lives exactly the version that says so. */
async function expectLives(id: string): Promise<void> {
  const traces = await versionsOf(id);
  for (const { version } of (await listSnapshots(store)).snapshots) {
    const row = (await Array.fromAsync(readRows(memory, 'abc', { version }))).find((each) => each.id === id);
    const living = traces.filter(
      ({ liveFrom, supersededBy }) =>
        liveFrom !== null && liveFrom <= version && (supersededBy === null || version < supersededBy.snapshot),
    );
    expect(living.map(({ sequence, line }) => ({ sequence, line }))).toEqual(
      row === undefined ? [] : [{ sequence: row.sequence, line: row.line }],
    );
  }
}

test('whatever the order in which versions are published, the highest that is there lives', () => {
  const anyVersion = fc.record({ publishedIn: fc.option(fc.integer({ min: 1, max: 5 })) });
  fc.assert(
    fc.property(fc.array(anyVersion, { maxLength: 6 }), (published) => {
      const versions = published.map((version, index): PublishedVersion => ({
        ...version,
        sequence: index + 1,
        line: 1,
      }));
      for (let snapshot = 1; snapshot <= 5; snapshot++) {
        const there = versions.filter(({ publishedIn }) => publishedIn !== null && publishedIn <= snapshot);
        const living = versions.filter((version) => {
          const { liveFrom, supersededBy } = lifeOf(version, versions);
          return liveFrom !== null && liveFrom <= snapshot && snapshot < (supersededBy?.snapshot ?? Infinity);
        });
        expect(living).toEqual(there.slice(-1));
      }
    }),
  );
});
