// Would catch: two segments made of one chunk, a segment that does not hold what its deltas held (F14), a lost or damaged segment that a
// receipt keeps from being made again, one that is adopted unseen.
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, flipAt, flipped, keysOf } from '../../test/faulty-store.ts';
import { chunkTarget, hashOf, indexedHashes, rowOf, sealBatch, space } from '../../test/sealed-deltas.ts';
import type { Stored } from '../domain/fact.ts';
import type { DeltaPlace, SegmentReceipt } from '../domain/facts.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { emptyTally } from '../domain/tally.ts';
import { openSegmentIndex, readBlock } from '../snapshot/open-segment.ts';
import type { Store } from '../store/contract.ts';
import { MemoryStore } from '../store/memory.ts';
import { compactChunk, findReceipt } from './compact-chunk.ts';
import { verifyDelta, type VerifiedDelta } from './verify-delta.ts';

let memory: MemoryStore;
let places: DeltaPlace[];

beforeEach(async () => {
  memory = new MemoryStore();
  const older = [rowOf('a', 1), rowOf('b', 1, 2)];
  const newer = [rowOf('b', 2), rowOf('c', 2, 2)];
  places = [...(await sealBatch(memory, older)), ...(await sealBatch(memory, newer))];
});

async function verified(order = places): Promise<VerifiedDelta[]> {
  return Promise.all(order.map(async (place) => verifyDelta(memory, place, space.dimension)));
}

async function compact(store: Store = memory, order = places): Promise<Stored<SegmentReceipt>> {
  return compactChunk(chunkTarget(store), await verified(order));
}

async function rowsOf({ fact }: Stored<SegmentReceipt>): Promise<Row[]> {
  const { blocks } = await openSegmentIndex(memory, fact.segment);
  const rows: Row[] = [];
  for (const block of blocks) rows.push(...(await readBlock(memory, fact.segment.object.key, block, space.dimension)));
  return rows;
}

test('a segment holds the highest version of every id, its index knows each, and the receipt counts the rest', async () => {
  const receipt = await compact();
  expect((await rowsOf(receipt)).map(({ id, sequence }) => `${id} ${sequence}`)).toEqual(['a 1', 'b 2', 'c 2']);
  expect(await indexedHashes(memory, receipt.fact)).toEqual(['a', 'b', 'c'].map(hashOf).toSorted());
  expect(receipt.fact).toMatchObject({
    inputs: places,
    inputTally: { rows: 4 },
    superseded: { rows: 1 },
    duplicates: emptyTally,
    segment: { tally: { rows: 3 } },
  });
});

describe('a receipt', () => {
  test('is found for the same deltas in any order, and for no others', async () => {
    const target = chunkTarget(memory);
    expect(await findReceipt(target, places)).toBeNull();
    const receipt = await compact();
    expect(await findReceipt(target, places)).toEqual(receipt);
    expect(await findReceipt(target, places.toReversed())).toEqual(receipt);
    expect(await findReceipt(target, places.slice(0, 1))).toBeNull();
    expect(await findReceipt({ ...target, base: { version: 3, fence: 0 } }, places)).toEqual(receipt);
    expect(await findReceipt({ ...target, base: { version: 3, fence: 3 } }, places)).toBeNull();
  });

  test('is not that of another batch with the very same rows: both are to be published', async () => {
    const rows = [rowOf('a', 1)];
    const [one, other] = [...(await sealBatch(memory, rows)), ...(await sealBatch(memory, rows))];
    expect(must(one).delta.sha256).toBe(must(other).delta.sha256);
    const receipt = await compact(memory, [must(one)]);
    expect(await findReceipt(chunkTarget(memory), [must(other)])).toBeNull();
    expect((await compact(memory, [must(other)])).fact.inputs).toEqual([other]);
    expect(receipt.fact.inputs).toEqual([one]);
  });

  test('spares the work: a chunk compacted again writes nothing', async () => {
    const receipt = await compact();
    const before = await keysOf(memory);
    expect(await compact(memory, places.toReversed())).toEqual(receipt);
    expect(await keysOf(memory)).toEqual(before);
  });

  test('decides between two that compact the same chunk at once: both go on with one segment', async () => {
    const [one, other] = await Promise.all([compact(), compact(memory, places.toReversed())]);
    expect(one).toEqual(other);
    expect(await rowsOf(must(one))).toHaveLength(3);
  });

  test('that was damaged counts as absent: the chunk is compacted again', async () => {
    const damaged = await compact();
    await flipAt(memory, damaged.ref.key);
    expect(await findReceipt(chunkTarget(memory), places)).toBeNull();
    const again = await compact();
    expect(again.ref.key).not.toBe(damaged.ref.key);
    expect(await findReceipt(chunkTarget(memory), places)).toEqual(again);
    expect(await rowsOf(again)).toHaveLength(3);
  });

  test.each(['object', 'index'] as const)('whose segment’s %s is lost or damaged counts as absent', async (which) => {
    for (const damage of [flipAt, async (store: Store, key: string) => store.delete(key)]) {
      const useless = await compact();
      await damage(memory, useless.fact.segment[which].key);
      expect(await findReceipt(chunkTarget(memory), places)).toBeNull();
      const again = await compact();
      expect(again.fact.segment.segmentId).not.toBe(useless.fact.segment.segmentId);
      expect(await findReceipt(chunkTarget(memory), places)).toEqual(again);
    }
  });
});

test('deltas that do not hold what their seals promise are not compacted', async () => {
  const [one, other] = await verified();
  const { seal } = must(one);
  const promises = [
    { ...seal.tally, rows: 3 },
    { ...seal.tally, setHash: must(other).seal.tally.setHash },
    { ...seal.tally, keyHash: must(other).seal.tally.keyHash },
  ];
  for (const tally of promises) {
    const deltas = [{ ...must(one), seal: { ...seal, tally } }, must(other)];
    await expect(compactChunk(chunkTarget(memory), deltas)).rejects.toMatchObject({
      kind: 'Internal',
      code: 'chunk-imbalance',
    });
  }
  expect(await keysOf(memory, 'collections/abc/receipts/')).toEqual([]);
});

test('an index that did not arrive is sealed under another key, and found through the receipt', async () => {
  let failed = 0;
  const store = new FaultyStore(memory, {
    read: async (key, forward) => (key.endsWith('.index') && failed++ === 0 ? flipped(await forward()) : forward()),
  });
  const receipt = await compact(store);
  const { index, segmentId } = receipt.fact.segment;
  expect(index.key).not.toContain(`/${segmentId}.index`);
  expect(await keysOf(memory, 'collections/abc/segments/')).toEqual(
    [index.key, receipt.fact.segment.object.key].toSorted(),
  );
  expect(await indexedHashes(memory, receipt.fact)).toHaveLength(3);
});

test('a chunk whose segment cannot be stored leaves nothing that looks like one', async () => {
  const store = new FaultyStore(memory, {
    read: async (key, forward) => (key.includes('/segments/') ? flipped(await forward()) : forward()),
  });
  await expect(compact(store)).rejects.toMatchObject({ kind: 'Unavailable', code: 'read-back-differs' });
  expect(await keysOf(memory, 'collections/abc/segments/')).toEqual([]);
  expect(await keysOf(memory, 'collections/abc/receipts/')).toEqual([]);
});
