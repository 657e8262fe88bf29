// Would catch: a version that is said to hold or to have changed something else than it does.
import { beforeEach, expect, test } from 'vitest';
import { bringHome, givenRecords, handIn, letters, newStore } from '../../test/handed-in.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { listCollections, showCollection } from './collections.ts';
import { listSnapshots, showSnapshot } from './snapshots.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

/** Version 1 has three rows in three segments, version 2 supersedes one of them. */
async function twoVersions(): Promise<void> {
  await handIn(store, givenRecords('abc'));
  await bringHome(store, { deltasPerChunk: 1 });
  await handIn(store, givenRecords('b', 1));
  await bringHome(store);
}

test('every version, oldest first, of one collection or of all', async () => {
  expect(await listSnapshots(store)).toEqual({ snapshots: [] });
  await twoVersions();
  await handIn(store, givenRecords('z'), { collection: 'other' });
  await bringHome(store);
  const latest = await readLatest(memory, 'abc');
  const { snapshots } = await listSnapshots(store, { collection: 'abc' });
  expect(snapshots).toMatchObject([
    { collection: 'abc', version: 1, rows: 3, segments: 3, added: 3, published: 3, superseded: 0 },
    { collection: 'abc', version: 2, rows: 3, segments: 4, added: 1, published: 1, superseded: 1 },
  ]);
  expect(snapshots.at(-1)?.setHash).toBe(latest?.fact.live.setHash);
  expect((await listSnapshots(store)).snapshots).toHaveLength(3);
});

test('one version, or the latest, with what of its segments is live', async () => {
  await handIn(store, givenRecords('a'));
  await expect(showSnapshot(store, 'abc')).rejects.toMatchObject({ kind: 'NotFound', code: 'nothing-published' });
  await bringHome(store);
  await handIn(store, givenRecords('a', 1));
  await bringHome(store);
  const newest = await showSnapshot(store, 'abc');
  expect(newest).toMatchObject({
    version: 2,
    rows: 1,
    segmentList: [
      { rows: 1, live: 0 },
      { rows: 1, live: 1 },
    ],
  });
  expect(newest.bytes).toBe(newest.segmentList.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(await showSnapshot(store, 'abc', { version: 2 })).toEqual(newest);
  expect(await showSnapshot(store, 'abc', { version: 1 })).toMatchObject({ version: 1, segmentList: [{ live: 1 }] });
  await expect(showSnapshot(store, 'abc', { version: 3 })).rejects.toMatchObject({ code: 'version-absent' });
});

test('collections with their settings, and what of them is published', async () => {
  expect(await listCollections(store)).toEqual({ collections: [] });
  await twoVersions();
  await handIn(store, [{ id: 'x', document: 'x' }], {
    collection: 'other',
    provider: 'letters',
    providers: [letters()],
  });
  const { collections } = await listCollections(store);
  expect(collections).toMatchObject([
    { collection: 'abc', provider: 'given', dimension: 2, submissions: 2, batches: 4, version: 2, rows: 3 },
    { collection: 'other', provider: 'letters', model: 'letters-1', submissions: 1, version: null, rows: 0 },
  ]);
});

test('one collection with its account', async () => {
  await twoVersions();
  await handIn(store, givenRecords('ad', 0));
  expect(await showCollection(store, 'abc')).toMatchObject({
    collection: 'abc',
    metric: 'cosine',
    ledger: { submitted: 5, published: 3, superseded: 1, pending: 1 },
    batchesByState: { published: 4, pending: 1, cancelled: 0 },
    snapshot: { version: 2, rows: 3 },
    latestSubmissions: [
      { sequence: 3, records: 1, skipped: 1, batches: 1 },
      { sequence: 2, records: 1, batches: 1 },
      { sequence: 1, records: 3, batches: 3 },
    ],
  });
  await expect(showCollection(store, 'nobody')).rejects.toMatchObject({ kind: 'NotFound', hint: 'there are: abc' });
  await expect(showCollection(store, '../abc')).rejects.toMatchObject({ kind: 'Invalid' });
});
