import * as fc from 'fast-check';
import { digestBytes, idHash, keyDigest, type Digest } from '../src/domain/digest.ts';
import type { Row } from '../src/domain/row.ts';
import { Tallier, type KeyTally, type Tally } from '../src/domain/tally.ts';

/** Words around the primes of a set hash, where its sums wrap. */
const oddWord = fc.oneof(
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000),
  fc.integer({ min: 4_294_967_100, max: 4_294_967_295 }),
);

/** Any 32 bytes, half of them with words that a set hash has to reduce. */
export const anyDigest: fc.Arbitrary<Digest> = fc.oneof(
  fc.uint8Array({ minLength: digestBytes, maxLength: digestBytes }),
  fc.array(oddWord, { minLength: digestBytes / 4, maxLength: digestBytes / 4 }).map(digestOfWords),
);

/** 32 bytes of eight little-endian words. */
export function digestOfWords(words: readonly number[]): Digest {
  const bytes = Buffer.alloc(digestBytes);
  words.forEach((word, column) => bytes.writeUInt32LE(word, column * 4));
  return bytes;
}

/** Digests of record versions, each with the digest of its row. */
export const anyCounted = fc.array(fc.tuple(anyDigest, anyDigest), { maxLength: 8 });

export const anyTally: fc.Arbitrary<Tally> = anyCounted.map(tallyOf);
export const anyKeyTally: fc.Arbitrary<KeyTally> = anyTally.map(({ rows, keyHash }) => ({ rows, keyHash }));

export function tallyOf(counted: readonly (readonly [key: Digest, digest: Digest])[]): Tally {
  const tallier = new Tallier();
  for (const [key, digest] of counted) tallier.add(key, digest);
  return tallier.tally();
}

export function tallyOfRows(rows: readonly Row[]): Tally {
  return tallyOf(rows.map((row) => [keyDigest(idHash(row.id), row.sequence, row.line), row.digest]));
}

/** The items in any other order. */
export function shuffled<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

/** The items, each in one of a few groups; a group may be empty. */
export function grouped<Item>(items: readonly Item[], groups = 4): fc.Arbitrary<Item[][]> {
  const choice = fc.array(fc.nat({ max: groups - 1 }), { minLength: items.length, maxLength: items.length });
  return choice.map((chosen) =>
    Array.from({ length: groups }, (_, group) => items.filter((_item, at) => chosen[at] === group)),
  );
}
