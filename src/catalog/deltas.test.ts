// Would catch: a delta that nobody has verified and that is not listed as such, and a seal that is told otherwise than it stands.
import { beforeEach, expect, test } from 'vitest';
import { bringHome, givenRecords, handIn, newStore, sealOnly } from '../../test/handed-in.ts';
import { collectionKeys } from '../domain/keys.ts';
import { must } from '../domain/must.ts';
import { version } from '../runtime/package-version.ts';
import { listBatches } from './batches.ts';
import { readNamed } from '../store/facts.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { type DeltaSummary, listDeltas, showDelta } from './deltas.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function list(options?: Parameters<typeof listDeltas>[1]): Promise<readonly DeltaSummary[]> {
  return (await listDeltas(store, options)).deltas;
}

test('what is not sealed yet is no delta', async () => {
  await handIn(store, givenRecords('a'));
  expect(await list()).toEqual([]);
  await expect(showDelta(store, 'x')).rejects.toMatchObject({
    kind: 'NotFound',
    hint: 'nothing is sealed yet: alluvium ingest',
  });
});

test('every delta with its place, its seal and who wrote it', async () => {
  await handIn(store, givenRecords('abc'), { recordsPerBatch: 2 });
  const { executionId } = await bringHome(store);
  const { batches } = await listBatches(store);
  const deltas = await list();
  expect(deltas).toHaveLength(2);
  for (const [position, delta] of deltas.entries()) {
    const { batchId } = must(batches[position]);
    expect(delta).toMatchObject({
      collection: 'abc',
      batchId,
      part: 0,
      key: collectionKeys('abc').delta(delta.deltaId),
      rows: position === 0 ? 2 : 1,
      blocks: 1,
      executionId,
      writer: expect.stringContaining(`alluvium ${version} `),
      publishedIn: 1,
    });
    expect(delta.sealedAt).toBe(must(batches[position]).sealedAt);
  }
});

test('one delta, by its id or its key: its blocks are where the seal says', async () => {
  const many = Array.from({ length: 600 }, (_, n) => ({ id: `r${String(n).padStart(3, '0')}`, vector: [n + 1] }));
  await handIn(store, many, { recordsPerBatch: 600 });
  await bringHome(store);
  const [{ deltaId, key }] = (await list()) as [DeltaSummary];
  const delta = await showDelta(store, deltaId);
  expect(await showDelta(store, key, { collection: 'abc' })).toEqual(delta);
  expect(delta.blockSeals.map(({ rows, firstId }) => [rows, firstId])).toEqual([
    [256, 'r000'],
    [256, 'r256'],
    [88, 'r512'],
  ]);
  const { bytes, sha256 } = delta;
  expect((await readNamed(memory, { key, bytes, sha256 })).length).toBe(bytes);
  const { batchId } = delta;
  expect(delta.sealedKey).toBe(collectionKeys('abc').batch(batchId).sealed);
});

test('unverified are those that no version has taken in', async () => {
  await handIn(store, givenRecords('a'));
  await bringHome(store);
  await handIn(store, givenRecords('b'));
  await sealOnly(memory, 'segments');
  const [, second] = await list();
  expect(second).toMatchObject({ publishedIn: null });
  expect(await list({ unverified: true })).toEqual([second]);
  await bringHome(store);
  expect(await list({ unverified: true })).toEqual([]);
  expect((await list()).map(({ publishedIn }) => publishedIn)).toEqual([1, 2]);
});

test('written before a date, which is a day in UTC or a time', async () => {
  await handIn(store, givenRecords('a'));
  await bringHome(store);
  const [delta] = await list();
  const { sealedAt } = must(delta);
  expect(await list({ writtenBefore: '2000-01-01' })).toEqual([]);
  expect(await list({ writtenBefore: '2999-01-01T00:00:00+14:00' })).toEqual([delta]);
  expect(await list({ writtenBefore: sealedAt })).toEqual([]);
  for (const writtenBefore of ['yesterday', '', '2026-02-30', '2026-7-1', '1700000000', '2026-07-01T12:00']) {
    await expect(list({ writtenBefore }), writtenBefore).rejects.toMatchObject({
      kind: 'Invalid',
      code: 'written-before',
    });
  }
});
