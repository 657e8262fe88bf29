// Catches an id that is found under another's number: a record would be skipped, or refused as repeated, because of a stranger.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Digest, digestBytes, sha256 } from '../domain/digest.ts';
import { IdTable } from './id-table.ts';

/** Hashes of few first words, and these around the ends of the slots, so that they collide and wrap. */
const firstWords = [0, 1, 1_022, 1_023, 1_024, 2_047, 0xffff_ffff, 0xffff_fbff];
const anyHash = fc
  .tuple(fc.constantFrom(...firstWords), fc.nat({ max: 40 }))
  .map(([first, rest]) => hashOf(first, rest));

test('it is a map from hashes to the order of their coming', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), anyHash), { maxLength: 200 }), (calls) => {
      const table = new IdTable();
      const model = new Map<string, number>();
      for (const [adds, hash] of calls) {
        const name = nameOf(hash);
        if (adds) {
          if (!model.has(name)) model.set(name, model.size);
          expect(table.add(hash)).toBe(model.get(name));
        } else expect(table.find(hash)).toBe(model.get(name) ?? -1);
        expect(table.size).toBe(model.size);
      }
      expect([...model.keys()]).toEqual(Array.from({ length: table.size }, (_, number) => nameOf(table.at(number))));
    }),
  );
});

test('it grows without losing or renumbering any', () => {
  const table = new IdTable();
  const hashes = Array.from({ length: 20_000 }, (_, number) => sha256(String(number)));
  for (const [number, hash] of hashes.entries()) expect(table.add(hash)).toBe(number);
  expect(hashes.findIndex((hash, number) => table.find(hash) !== number)).toBe(-1);
  expect(hashes.findIndex((hash, number) => table.add(hash) !== number)).toBe(-1);
  expect(hashes.findIndex((hash, number) => nameOf(table.at(number)) !== nameOf(hash))).toBe(-1);
  expect(table.size).toBe(hashes.length);
  for (let other = 20_000; other < 21_000; other++) expect(table.find(sha256(String(other)))).toBe(-1);
});

test.each([0, 1_023, 0xffff_ffff])('it grows where all have the same first word: %i', (first) => {
  const table = new IdTable();
  const hashes = Array.from({ length: 1_200 }, (_, rest) => hashOf(first, rest));
  for (const hash of hashes) table.add(hash);
  expect(hashes.findIndex((hash, number) => table.find(hash) !== number)).toBe(-1);
  expect(table.find(hashOf(first, 1_200))).toBe(-1);
  expect(table.size).toBe(1_200);
});

test('looking for a hash does not add it', () => {
  const table = new IdTable();
  expect(table.find(sha256('a'))).toBe(-1);
  expect(table.size).toBe(0);
  expect(table.add(sha256('a'))).toBe(0);
});

test('it keeps a copy: whoever added a hash may use its bytes for another, and a view stays as it was', () => {
  const table = new IdTable();
  const shared = new Uint8Array(3 + digestBytes).subarray(3);
  shared.set(sha256('first'));
  table.add(shared);
  const view = table.at(0);
  for (let number = 1; number < 3_000; number++) {
    shared.set(sha256(String(number)));
    table.add(shared);
  }
  expect(nameOf(view)).toBe(nameOf(sha256('first')));
  expect(table.find(sha256('first'))).toBe(0);
  expect(table.find(sha256('2999'))).toBe(2_999);
});

function hashOf(first: number, rest: number): Digest {
  const bytes = Buffer.alloc(digestBytes);
  bytes.writeUInt32BE(first, 0);
  bytes.writeUInt32LE(rest, digestBytes - 4);
  return bytes;
}

function nameOf(hash: Digest): string {
  return Buffer.from(hash).toString('hex');
}
