// The bug it would catch: a key that leaves the root, or that one driver takes and another cannot.
import * as fc from 'fast-check';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { collectionKeys, executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { assertObjectKey, assertRange, isObjectKey } from './object-key.ts';

const nearlyKey = fc.string({ unit: fc.constantFrom('a', '0', '.', '-', '_', '/', 'A', '\\', '\0', ' ', 'ü') });

test('no key leaves its root, or is written in two ways', () => {
  fc.assert(
    fc.property(nearlyKey, (key) => {
      fc.pre(isObjectKey(key));
      const root = join(sep, 'some', 'root');
      expect(join(root, key)).toBe(root + sep + key.replaceAll('/', sep));
    }),
    { numRuns: 2_000 },
  );
});

test('every part begins with a letter, a digit, _ or -', () => {
  fc.assert(
    fc.property(nearlyKey, (key) => {
      const isKey = key.split('/').every((part) => /^[a-z0-9_-]/.test(part) && !/[^a-z0-9._-]/.test(part));
      expect(isObjectKey(key)).toBe(isKey);
    }),
    { numRuns: 2_000 },
  );
});

test('the keys that Alluvium makes are accepted, the longest collection name included', () => {
  const keys = collectionKeys('c'.repeat(63));
  const batch = keys.batch('0198c5b2-7a1c-7000-8000-000000000000');
  const made = [
    keys.snapshot(Number.MAX_SAFE_INTEGER),
    keys.receipt('f'.repeat(64)),
    batch.output('f'.repeat(64)),
    executionKeys('0198c5b2-7a1c-7000-8000-000000000000').receipt(3, 'ProcessChunksInParallel', 99),
  ];
  for (const key of made) expect(isObjectKey(key)).toBe(true);
});

test('lengths are limited', () => {
  expect(isObjectKey('a'.repeat(limits.keyPartBytesMax))).toBe(true);
  expect(isObjectKey('a'.repeat(limits.keyPartBytesMax + 1))).toBe(false);
  expect(isObjectKey(`${'a/'.repeat(limits.keyBytesMax / 2 - 1)}aa`)).toBe(true);
  expect(isObjectKey(`${'a/'.repeat(limits.keyBytesMax / 2)}a`)).toBe(false);
});

test('what is refused is named', () => {
  expect(() => assertObjectKey('a/../b')).toThrow(expect.objectContaining({ code: 'key-invalid' }));
  expect(() => assertObjectKey('a/../b')).toThrow('"a/../b"');
  expect(() => assertRange('a', -1, 2)).toThrow(expect.objectContaining({ code: 'range-invalid' }));
  expect(() => assertRange('a', Number.MAX_SAFE_INTEGER, 1)).toThrow('range');
});
