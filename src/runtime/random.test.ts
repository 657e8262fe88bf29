// Catches ids that repeat or do not sort by time, and a backoff that never waits, or waits beyond its limit.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectionKeys, executionKeys, parseKey } from '../domain/keys.ts';
import { backoffMs, newId, newToken } from './random.ts';

test('ids are all different, ascend, and may stand in keys', () => {
  const ids = Array.from({ length: 10_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  const [id = ''] = ids;
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseKey(executionKeys(id).outcome)?.executionId).toBe(id);
});

test('tokens are all different, and may stand in keys', () => {
  const tokens = Array.from({ length: 1_000 }, newToken);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(parseKey(collectionKeys('lines').dead(newId(), newToken()))?.type).toBe('dead');
});

test('a backoff is a whole number of milliseconds up to its limit, whatever the attempt', () => {
  const anyAttempt = fc.oneof(fc.nat({ max: 12 }), fc.nat());
  const anyBase = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(anyAttempt, anyBase, fc.nat({ max: 100_000 }), (attempt, baseMs, maxMs) => {
      const ms = backoffMs(attempt, baseMs, maxMs);
      expect(Number.isInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(Math.min(maxMs, baseMs * 2 ** attempt));
    }),
  );
});

test('a backoff has full jitter: none and all of it come up', () => {
  // Each misses one of three values with a chance of (2/3)^300, below 1e-52.
  const seen = new Set(Array.from({ length: 300 }, () => backoffMs(1, 1, 2)));
  expect(seen).toEqual(new Set([0, 1, 2]));
});
