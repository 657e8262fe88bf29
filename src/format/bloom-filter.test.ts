// Catches a filter that denies an id the segment holds (a lookup then publishes it twice), or one that denies nothing.
import { expect, test } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { BloomFilter } from './bloom-filter.ts';

const digests = (name: string, length: number) => Array.from({ length }, (_, n) => sha256(`${name} ${n}`));

test.each([1, 7, 100, 5_000])('of %i digests it denies none', (length) => {
  const held = digests('held', length);
  const { bytes, hashes } = BloomFilter.of(held);
  const read = new BloomFilter(new Uint8Array(bytes), hashes);
  expect(held.filter((digest) => !read.mayHold(digest))).toEqual([]);
});

test('it denies 99 % of absent digests', () => {
  const filter = BloomFilter.of(digests('held', 5_000));
  const wrong = digests('absent', 20_000).filter((digest) => filter.mayHold(digest)).length;
  expect(wrong).toBeGreaterThan(0);
  expect(wrong).toBeLessThan(20_000 * 0.011);
});

test('an empty one denies everything', () => {
  expect(BloomFilter.of([]).mayHold(sha256('a'))).toBe(false);
});
