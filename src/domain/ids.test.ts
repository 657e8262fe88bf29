// Catches ids sorted by UTF-16 units: emoji before U+FF5E, so that a merge of two sorted files skips or repeats ids.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareIds, compareRows } from './ids.ts';

const anyId = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', 'b', '\u0000', '\u007f', 'é', '\ud7ff', '\ue000', '～', '\uffff', '😀', '𐀀'),
  }),
);

test('ids stand in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyId, anyId, (a, b) => {
      expect(Math.sign(compareIds(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});

test('an emoji stands after the last character of the basic plane', () => {
  expect(compareIds('😀', '～')).toBeGreaterThan(0);
  expect(['～', '😀'].toSorted()).toEqual(['😀', '～']);
});

test('rows of one id stand in the order of their versions', () => {
  const row = { id: 'a', sequence: 2, line: 1 };
  expect(compareRows(row, { id: 'a', sequence: 1, line: 9 })).toBeGreaterThan(0);
  expect(compareRows(row, { id: 'a', sequence: 2, line: 2 })).toBeLessThan(0);
  expect(compareRows(row, { id: 'b', sequence: 1, line: 1 })).toBeLessThan(0);
  expect(compareRows(row, { ...row })).toBe(0);
});
