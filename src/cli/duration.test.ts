// Would catch: `10m` read as ten milliseconds, or a mistyped duration taken for zero.
import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['90', 90_000],
  ['1.5s', 1_500],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['0s', 0],
])('%s is %i milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', 's', '-1s', '10 m', '1d', '1e3', 'ten', '1.2345s', '99999999999s'])('%j is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ kind: 'Invalid', code: 'duration' }));
});
