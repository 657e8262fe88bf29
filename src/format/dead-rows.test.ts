// Catches a deletion vector that hides another row than it was told to, or forgets one: a row twice in a snapshot, or lost from it.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeadRows } from './dead-rows.ts';

const key = 'collections/lines/segments/s.dead/1';
const refusal = { kind: 'Corrupt', code: 'dead-rows-undecodable', details: { key } };

function deadRows(rows: number, dead: Iterable<number>): DeadRows {
  const vector = new DeadRows(rows);
  for (const row of dead) vector.add(row);
  return vector;
}

const anyRows = fc
  .integer({ min: 1, max: 70 })
  .chain((rows) => fc.tuple(fc.constant(rows), fc.array(fc.nat({ max: rows - 1 }))));

test('a decoded vector holds what was added, in whatever order and however often', () => {
  fc.assert(
    fc.property(anyRows, ([rows, dead]) => {
      const set = new Set(dead);
      const bytes = deadRows(rows, dead).encode();
      expect(bytes).toEqual(deadRows(rows, [...set].toReversed()).encode());
      const decoded = DeadRows.decode(key, bytes, rows);
      expect(decoded.count).toBe(set.size);
      for (let row = 0; row < rows; row++) expect(decoded.has(row)).toBe(set.has(row));
      expect(decoded.encode()).toEqual(bytes);
    }),
  );
});

test('neither a clone nor the bytes share memory with the vector', () => {
  const original = deadRows(10, [1]);
  const bytes = original.encode();
  const decoded = DeadRows.decode(key, bytes, 10);
  const clone = decoded.clone();
  clone.add(9);
  decoded.add(2);
  expect([original.count, decoded.count, clone.count]).toEqual([1, 2, 2]);
  expect([original.has(2), decoded.has(2), clone.has(2)]).toEqual([false, true, false]);
  expect(bytes).toEqual(deadRows(10, [1]).encode());
});

test('a row that the segment does not have is our defect', () => {
  const defect = expect.objectContaining({ kind: 'Internal', code: 'row-out-of-range' }) as Error;
  const vector = new DeadRows(8);
  for (const row of [-1, 8, 0.5, Number.NaN]) {
    expect(() => vector.add(row)).toThrow(defect);
    expect(() => vector.has(row)).toThrow(defect);
  }
});

test('wrong magic, size, rows and bits beyond the end are refused', () => {
  const bytes = deadRows(12, [0, 11]).encode();
  const damaged = (at: number, value: number) => bytes.with(at, value);
  const refused = [
    [damaged(0, 0), 12],
    [damaged(8, 13), 12],
    [bytes, 13],
    [bytes, 11],
    [bytes.subarray(0, -1), 12],
    [Buffer.concat([bytes, Buffer.alloc(1)]), 12],
    [damaged(13, 0x18), 12],
    [new Uint8Array(), 12],
    [new Uint8Array(), 0],
  ] as const;
  for (const [given, rows] of refused) {
    expect(decodedOr(given, rows)).toMatchObject(refusal);
  }
});

test('every flip is refused or hides other rows', () => {
  const bytes = deadRows(12, [0, 11]).encode();
  const seen = new Set<string>();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = new Uint8Array(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const outcome = decodedOr(damaged, 12);
    if (outcome instanceof DeadRows) seen.add(Buffer.from(outcome.encode()).toString('hex'));
    else expect(outcome).toMatchObject(refusal);
  }
  expect(seen.size).toBe(12);
  expect(seen.has(Buffer.from(bytes).toString('hex'))).toBe(false);
});

function decodedOr(bytes: Uint8Array, rows: number): unknown {
  try {
    return DeadRows.decode(key, bytes, rows);
  } catch (error) {
    return error;
  }
}
