// Catches a delta that is in no chunk or in two: it would stay pending for ever, or be published twice.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupItems, planChunks, rotateItems } from './chunk-plan.ts';

interface Delta {
  readonly n: number;
  readonly bytes: number;
}

const anyDeltas = fc
  .array(fc.nat({ max: 12 }), { maxLength: 60 })
  .map((sizes) => sizes.map((bytes, n): Delta => ({ n, bytes })));
const anyLimits = fc.record({
  deltasPerChunk: fc.integer({ min: 1, max: 12 }),
  bytesMax: fc.integer({ min: 1, max: 30 }),
});
const anyItems = fc.array(fc.nat(), { maxLength: 300 });

const bytesOf = ({ bytes }: Delta): number => bytes;
const total = (deltas: readonly Delta[]): number => deltas.reduce((sum, { bytes }) => sum + bytes, 0);

test('every delta is in exactly one chunk, in its order', () => {
  fc.assert(
    fc.property(anyDeltas, anyLimits, (deltas, limits) => {
      expect(planChunks(deltas, bytesOf, limits).flat()).toEqual(deltas);
    }),
  );
});

test('no chunk is empty or above the limits, but for one delta that is alone', () => {
  fc.assert(
    fc.property(anyDeltas, anyLimits, (deltas, { deltasPerChunk, bytesMax }) => {
      for (const chunk of planChunks(deltas, bytesOf, { deltasPerChunk, bytesMax })) {
        expect(chunk.length).toBeGreaterThanOrEqual(1);
        expect(chunk.length).toBeLessThanOrEqual(deltasPerChunk);
        if (chunk.length > 1) expect(total(chunk)).toBeLessThanOrEqual(bytesMax);
      }
    }),
  );
});

test('a chunk ends only where the next delta would break a limit', () => {
  fc.assert(
    fc.property(anyDeltas, anyLimits, (deltas, { deltasPerChunk, bytesMax }) => {
      const chunks = planChunks(deltas, bytesOf, { deltasPerChunk, bytesMax });
      for (const [at, next] of chunks.slice(1).entries()) {
        const chunk = chunks[at] ?? [];
        const joined = total([...chunk, ...next.slice(0, 1)]);
        expect(chunk.length === deltasPerChunk || joined > bytesMax).toBe(true);
      }
    }),
  );
});

test('464 deltas make 47 chunks: 46 of ten, and one of four', () => {
  const deltas = Array.from({ length: 464 }, (_, n) => ({ n, bytes: 1 }));
  const sizes = planChunks(deltas, bytesOf, { deltasPerChunk: 10, bytesMax: 1_000 }).map((chunk) => chunk.length);
  expect(sizes).toEqual([...Array<number>(46).fill(10), 4]);
  expect(planChunks([], bytesOf, { deltasPerChunk: 10, bytesMax: 1_000 })).toEqual([]);
});

test('items are grouped without loss, into no more groups than asked for, of equal size but for the last', () => {
  fc.assert(
    fc.property(anyItems, fc.integer({ min: 1, max: 120 }), (items, groupsMax) => {
      const groups = groupItems(items, groupsMax);
      expect(groups.flat()).toEqual(items);
      expect(groups.length).toBeLessThanOrEqual(groupsMax);
      const size = Math.ceil(items.length / groupsMax);
      for (const group of groups.slice(0, -1)) expect(group).toHaveLength(size);
      if (items.length > 0) expect(groups.at(-1)?.length).toBeGreaterThan(0);
      // Few enough items stay on their own: 47 chunks are 47 tasks.
      if (items.length <= groupsMax) expect(groups).toEqual(items.map((item) => [item]));
    }),
  );
  expect(groupItems([], 7)).toEqual([]);
});

test('rotating keeps every item and their order, from wherever it begins', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { maxLength: 20 }), fc.oneof(fc.uuid(), fc.string()), (items, seed) => {
      const rotated = rotateItems(items, seed);
      const start = items.indexOf(rotated[0] ?? -1);
      expect(rotated).toEqual(start === -1 ? [] : [...items.slice(start), ...items.slice(0, start)]);
      expect(rotateItems(items, seed)).toEqual(rotated);
    }),
  );
});

test('over all seeds, every item comes first once', () => {
  const items = Array.from({ length: 16 }, (_, item) => item);
  const seeds = items.map((n) => `0198c5b2-7a1c-7000-8000-00000000000${n.toString(16)}`);
  expect(seeds.map((seed) => rotateItems(items, seed)[0])).toEqual(items);
});
