// Catches a timestamp in another form or zone than every fact's, and a wait that an interrupt cannot end.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationBetween, sleep, timestamp, timestampFrom, timestampOf } from './clock.ts';

const form = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

test('the time is UTC in milliseconds, and sorts as text', () => {
  const before = Date.now();
  const stamps = [timestamp(), timestamp()];
  const after = Date.now();
  expect(stamps.toSorted()).toEqual(stamps);
  for (const stamp of stamps) {
    expect(stamp).toMatch(form);
    expect(Date.parse(stamp)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(stamp)).toBeLessThanOrEqual(after);
  }
});

test('between two timestamps lie their milliseconds', () => {
  const anyTime = fc.nat({ max: 4_000_000_000_000 });
  fc.assert(
    fc.property(anyTime, anyTime, (from, to) => {
      expect(timestampOf(from)).toMatch(form);
      expect(durationBetween(timestampOf(from), timestampOf(to))).toBe(to - from);
    }),
  );
});

test.each([
  ['2026-07-23', '2026-07-23T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-07-23T12:30Z', '2026-07-23T12:30:00.000Z'],
  ['2026-07-23T12:30:05Z', '2026-07-23T12:30:05.000Z'],
  ['2026-07-23T12:30:05.5Z', '2026-07-23T12:30:05.500Z'],
  ['2026-07-23T00:30:00+02:00', '2026-07-22T22:30:00.000Z'],
])('%s is the time %s', (text, time) => {
  expect(timestampFrom(text)).toBe(time);
});

test('a timestamp is itself', () => {
  fc.assert(
    fc.property(fc.nat({ max: 4_000_000_000_000 }), (ms) => {
      expect(timestampFrom(timestampOf(ms))).toBe(timestampOf(ms));
    }),
  );
});

test.each([
  '',
  'yesterday',
  '2026',
  '2026-7-1',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '2026-07-23T12:30',
  '2026-07-23 12:30Z',
  '2026-07-23T25:00Z',
  '2026-07-23Z',
  '1700000000',
  ' 2026-07-23',
])('%j is no time', (text) => {
  expect(timestampFrom(text)).toBeNull();
});

test('a wait ends by itself', async () => {
  await expect(sleep(1)).resolves.toBeUndefined();
});

test('a wait ends when it is interrupted, before or during it', async () => {
  const hour = 3_600_000;
  await expect(sleep(hour, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  const controller = new AbortController();
  const waiting = sleep(hour, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
