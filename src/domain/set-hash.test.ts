// Catches a set hash that depends on order or grouping, or whose sums wrap wrongly: a balanced publish is refused, or a lossy one passes.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyDigest, digestOfWords, grouped, shuffled } from '../../test/any-tally.ts';
import { type Digest, sha256 } from './digest.ts';
import { addSetHashes, emptySetHash, SetHash, subtractSetHash } from './set-hash.ts';

const anyDigests = fc.array(anyDigest, { maxLength: 12 });
const primes = largestPrimesBelow(2 ** 32, 8);

test('it is the sum of each word modulo its own prime', () => {
  fc.assert(
    fc.property(anyDigests, anyDigests, (added, removed) => {
      const hash = new SetHash();
      for (const digest of added) hash.add(digest);
      for (const digest of removed) hash.remove(digest);
      expect(hash.toHex()).toBe(modelHash(added, removed));
    }),
    { numRuns: 500 },
  );
});

test('words at and above the primes are reduced', () => {
  expect(hashOf([digestOfWords(primes)])).toBe(emptySetHash);
  expect(hashOf([digestOfWords(primes.map((prime) => prime - 1)), digestOfWords(primes.map(() => 1))])).toBe(
    emptySetHash,
  );
  expect(hashOf([digestOfWords(primes.map(() => 0xffff_ffff))])).toBe(
    Buffer.from(digestOfWords(primes.map((prime) => 0xffff_ffff - prime))).toString('hex'),
  );
});

test('it is the setsum that others compute', () => {
  // Known answer of https://github.com/rescrv/blue/tree/main/setsum, which hashes each item with SHA-256.
  const words = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh'];
  const known = '553aac2fea6c5e4106e61cb10f4f18150173497f6cf961e9f9fb0c72ff0fefa5';
  expect(hashOf(words.map((word) => sha256(`this is the ${word} value`)))).toBe(known);
});

test('neither order nor grouping changes it', () => {
  const arranged = anyDigests.chain((digests) => fc.tuple(fc.constant(digests), shuffled(digests), grouped(digests)));
  fc.assert(
    fc.property(arranged, ([digests, inAnotherOrder, groups]) => {
      expect(hashOf(inAnotherOrder)).toBe(hashOf(digests));
      expect(addSetHashes(...groups.map(hashOf))).toBe(hashOf(digests));
      expect(addSetHashes(...groups.toReversed().map(hashOf))).toBe(hashOf(digests));
    }),
  );
});

test('removing undoes adding, before or after', () => {
  const withSome = anyDigests.chain((digests) => fc.tuple(fc.constant(digests), fc.shuffledSubarray(digests)));
  fc.assert(
    fc.property(withSome, anyDigests, ([digests, some], others) => {
      const after = new SetHash();
      const before = new SetHash();
      for (const digest of some) before.remove(digest);
      for (const digest of [...others, ...digests]) {
        after.add(digest);
        before.add(digest);
      }
      for (const digest of some) after.remove(digest);
      expect(after.toHex()).toBe(before.toHex());
      expect(addSetHashes(after.toHex(), hashOf(some))).toBe(hashOf([...others, ...digests]));
    }),
  );
});

test('a set less one part is the other part', () => {
  fc.assert(
    fc.property(anyDigests, anyDigests, (part, rest) => {
      const whole = hashOf([...part, ...rest]);
      expect(subtractSetHash(whole, hashOf(part))).toBe(hashOf(rest));
      expect(subtractSetHash(whole, whole)).toBe(emptySetHash);
    }),
  );
});

test('a hash goes on from its digits', () => {
  fc.assert(
    fc.property(anyDigests, anyDigest, (digests, next) => {
      const hex = hashOf(digests);
      expect(hex).toMatch(/^[0-9a-f]{64}$/);
      expect(SetHash.from(hex).toHex()).toBe(hex);
      expect(SetHash.from(hex).add(next).toHex()).toBe(hashOf([...digests, next]));
    }),
  );
  expect(new SetHash().toHex()).toBe(emptySetHash);
  expect(addSetHashes()).toBe(emptySetHash);
});

test('a member that is missing, repeated or another one shows', () => {
  const anyMembers = fc.uniqueArray(fc.nat({ max: 99 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(anyMembers, (numbers) => {
      const members = numbers.map((number) => sha256(String(number)));
      const [first, ...rest] = members;
      const others = [rest, [...members, first ?? sha256('none')], [...rest, sha256('another')]];
      for (const other of others) expect(hashOf(other)).not.toBe(hashOf(members));
    }),
  );
});

test('a digest may be a part of a larger buffer', () => {
  const larger = new Uint8Array([7, ...sha256('a'), 7]);
  expect(hashOf([larger.subarray(1, 33)])).toBe(hashOf([sha256('a')]));
});

function hashOf(digests: readonly Digest[]): string {
  const hash = new SetHash();
  for (const digest of digests) hash.add(digest);
  return hash.toHex();
}

/** The definition, in integers of any size. */
function modelHash(added: readonly Digest[], removed: readonly Digest[]): string {
  const total = (digests: readonly Digest[], column: number): bigint =>
    digests.reduce((sum, digest) => sum + BigInt(Buffer.from(digest).readUInt32LE(column * 4)), 0n);
  const sums = primes.map((prime, column) => {
    const rest = (total(added, column) - total(removed, column)) % BigInt(prime);
    return Number(rest < 0n ? rest + BigInt(prime) : rest);
  });
  return Buffer.from(digestOfWords(sums)).toString('hex');
}

function largestPrimesBelow(bound: number, count: number): number[] {
  const found: number[] = [];
  for (let candidate = bound - 1; found.length < count; candidate--) if (isPrime(candidate)) found.push(candidate);
  return found;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}
