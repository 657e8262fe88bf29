// Catches limits that contradict each other: something that one of them allows and another makes impossible.
import { expect, test } from 'vitest';
import { limits } from './limits.ts';

test('every limit is a whole number from 1', () => {
  const odd = Object.entries(limits).filter(([, value]) => !Number.isSafeInteger(value) || value < 1);
  expect(odd).toEqual([]);
});

test('every limit says its unit, or is a number of things', () => {
  const units = /(?:Bytes|Characters|Ms|Max|Records|Concurrency|Target)+$/;
  expect(Object.keys(limits).filter((name) => !units.test(name))).toEqual([]);
});

const fits: readonly (readonly [what: string, smaller: number, larger: number])[] = [
  ['an id on a line of input', limits.idBytesMax, limits.lineBytesMax],
  ['a line in an input', limits.lineBytesMax, limits.inputBytesMax],
  ['a batch in a submission', limits.recordsPerBatchMax, limits.recordsPerSubmissionMax],
  ['a vector in a batch', limits.dimensionMax * 4, limits.batchVectorBytesMax],
  ['a vector in a block', limits.dimensionMax * 4, limits.blockBytesTarget],
  ['a block in a delta', limits.blockBytesTarget, limits.deltaBytesMax],
  ['a record of the longest line in a delta', limits.lineBytesMax + limits.dimensionMax * 4, limits.deltaBytesMax],
  ['a delta in a chunk', limits.deltaBytesMax, limits.chunkBytesMax],
  ['a part of a key in a key', limits.keyPartBytesMax, limits.keyBytesMax],
  ['a part of a key in a file name', limits.keyPartBytesMax, 255],
  ['a key in what S3 accepts', limits.keyBytesMax, 1_024],
  ['a longest id in a fact', limits.idBytesMax * 6, limits.factBytesMax],
  ['a first seal backoff in the longest', limits.sealBackoffMs, limits.sealBackoffMaxMs],
  ['a first claim backoff in the longest', limits.claimBackoffMs, limits.claimBackoffMaxMs],
  ['a number of every item of a Map in a payload', limits.mapItemsMax * 8, limits.payloadBytesMax],
];

test.each(fits)('%s fits', (_, smaller, larger) => {
  expect(smaller).toBeLessThanOrEqual(larger);
});
