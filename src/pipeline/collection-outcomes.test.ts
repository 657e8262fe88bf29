// Would catch: one damaged collection that stops the others (F25), rows published twice or never by two runs at once (F31), a version that
// does not hold what was added.
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, flipAt, keysOf } from '../../test/faulty-store.ts';
import {
  bringHome,
  givenRecords,
  handIn,
  liveIds,
  newStore,
  onDriver,
  onlyCollection,
  sealOnly,
} from '../../test/handed-in.ts';
import { compactChunk } from '../compact/compact-chunk.ts';
import { verifyDelta } from '../compact/verify-delta.ts';
import { decodeFact, encodeFact } from '../domain/fact.ts';
import type { SegmentReceipt } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { must } from '../domain/must.ts';
import { outcomeExitCodes } from '../domain/outcome.ts';
import { audit, type AlluviumStore, type MemoryStore } from '../index.ts';
import { readyDeltas } from '../ledger/batch-state.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { publishSnapshot } from '../publish/publish-snapshot.ts';

const keys = collectionKeys('abc');
let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function expectBalanced(): Promise<void> {
  expect(await audit(store)).toMatchObject({ balanced: true });
}

describe('a collection', () => {
  beforeEach(async () => {
    await handIn(store, givenRecords('abc'));
    await handIn(store, givenRecords('xyz'), { collection: 'xyz' });
    await bringHome(store, { collections: ['abc'] });
    await handIn(store, givenRecords('d'));
  });

  test.each([
    ['submission', keys.submission(1)],
    ['manifest', keys.snapshot(1)],
    ['collection.json', keys.collection],
  ])('with a damaged %s is refused and left as it is; the other one is published', async (_, key) => {
    await flipAt(memory, key);
    const before = await keysOf(memory, 'collections/abc/');
    const { outcome, collections } = await bringHome(store);
    expect(outcomeExitCodes[outcome]).toBe(4);
    expect(collections).toMatchObject([
      { collection: 'abc', outcome: 'Failed', published: 0 },
      { collection: 'xyz', outcome: 'Complete', published: 3 },
    ]);
    expect(collections[0]?.reasons.join()).toContain(key);
    expect(await keysOf(memory, 'collections/abc/')).toEqual(before);
    expect(await liveIds(memory, 'xyz')).toBe('xyz');
  });

  test('that is not asked for is not touched', async () => {
    const before = await keysOf(memory, 'collections/abc/');
    expect((await bringHome(store, { collections: ['xyz'] })).collections).toMatchObject([{ collection: 'xyz' }]);
    expect(await keysOf(memory, 'collections/abc/')).toEqual(before);
  });

  test('that is asked for twice is brought home once', async () => {
    const { collections } = await bringHome(store, { collections: ['xyz', 'xyz'] });
    expect(collections).toMatchObject([{ collection: 'xyz', published: 3, batches: 3 }]);
  });

  test('of which a hand-in that was killed left only batches does not exist: it fails nobody', async () => {
    const batch = collectionKeys('never').batch('01900000-0000-7000-8000-000000000000-00000');
    for (const key of [batch.request, batch.contents]) await memory.put(key, Buffer.from('half'));
    await memory.put(collectionKeys('never').pending('01900000-0000-7000-8000-000000000000-00000'), Buffer.alloc(0));
    const { outcome, collections } = await bringHome(store);
    expect(outcome).toBe('Complete');
    expect(collections.map(({ collection }) => collection)).toEqual(['abc', 'xyz']);
    expect((await audit(store)).collections).toHaveLength(2);
  });
});

describe('two at once', () => {
  test('two ingests of the same batches publish each row once, and both are complete', async () => {
    await handIn(store, givenRecords('abcdefgh'));
    const both = await Promise.all([
      bringHome(store, { deltasPerChunk: 3 }),
      bringHome(store, { deltasPerChunk: 5, concurrency: 1 }),
    ]);
    expect(both.map(({ outcome }) => outcome)).toEqual(['Complete', 'Complete']);
    expect(both.reduce((rows, result) => rows + onlyCollection(result).published, 0)).toBe(8);
    expect(await liveIds(memory)).toBe('abcdefgh');
    await expectBalanced();
  });

  test('overtaken by one that has published a part of its chunk, it compacts the rest anew', async () => {
    await handIn(store, givenRecords('abc'));
    let overtakings = 0;
    const overtaken = new FaultyStore(memory, {
      put: async (key, forward) => {
        if (key === keys.snapshot(1) && overtakings++ === 0) await publishFirstBatch();
        return forward();
      },
    });
    const { chunks, published, outcome } = onlyCollection(await bringHome(onDriver(overtaken)));
    expect({ chunks, published, outcome }).toEqual({ chunks: 2, published: 2, outcome: 'Complete' });
    expect(await liveIds(memory)).toBe('abc');
    await expectBalanced();
  });

  /** What another execution does that knew only of the first batch. */
  async function publishFirstBatch(): Promise<void> {
    const { open } = await readLedger(memory, 'abc');
    const [place] = readyDeltas(must(open[0]));
    const target = { store: memory, collection: 'abc', dimension: 2, base: { version: 0, fence: 0 } };
    const receipt = await compactChunk(target, [await verifyDelta(memory, must(place), 2)]);
    const publisher = { executionId: 'another', round: 0, publishedAt: '2026-01-01T00:00:00.000Z' };
    await publishSnapshot(memory, 'abc', [receipt.fact], publisher);
  }
});

test('a publish that would not balance is refused: the run fails, and the state is as before', async () => {
  await handIn(store, givenRecords('ab'));
  await sealOnly(memory, 'snapshots');
  const before = await keysOf(memory, keys.snapshots);
  const lying = new FaultyStore(memory, {
    read: async (key, forward) => {
      const bytes = await forward();
      if (!key.startsWith('collections/abc/receipts/')) return bytes;
      const { fact } = decodeFact<SegmentReceipt>(key, bytes);
      return encodeFact(key, { ...fact, inputTally: { ...fact.inputTally, rows: fact.inputTally.rows + 1 } });
    },
  });
  const result = await bringHome(onDriver(lying));
  expect(outcomeExitCodes[result.outcome]).toBe(4);
  expect(onlyCollection(result).reasons.join()).toMatch(/publish-imbalance/);
  expect(await keysOf(memory, keys.snapshots)).toEqual(before);
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 2 });
});
