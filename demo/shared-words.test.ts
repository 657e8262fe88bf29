// Bug it would catch: a demo that calls a hit relevant because both say "the", or misses a word in other letters.
import { expect, test } from 'vitest';
import { sharedWords } from './shared-words.ts';

test('words are compared whole, without regard to case, little ones left out', () => {
  expect(sharedWords('the hash of a file', 'Returns a Hash, of the file-system.')).toEqual(['hash', 'file']);
  expect(sharedWords('the hash of a file', 'The hashes and profiles of an object.')).toEqual([]);
});
