// Catches a timestamp in another form or zone than every fact's, and a wait that an interrupt cannot end.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationBetween, sleep, timestamp, timestampOf } from './clock.ts';

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
