// Would catch: numbers that people misread, and text from elsewhere that a terminal would obey.
import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatNumber, oneLine } from './text.ts';

test('numbers are grouped by thousands', () => {
  expect([0, 999, 1000, 23_189, 1_234_567].map(formatNumber)).toEqual(['0', '999', '1,000', '23,189', '1,234,567']);
});

test('nouns follow their number', () => {
  const nouns = ['record', 'batch', 'entry', 'object'];
  expect(nouns.map((noun) => formatCount(1, noun))).toEqual(['1 record', '1 batch', '1 entry', '1 object']);
  expect(nouns.map((noun) => formatCount(2000, noun))).toEqual([
    '2,000 records',
    '2,000 batches',
    '2,000 entries',
    '2,000 objects',
  ]);
});

test('sizes', () => {
  expect([0, 999, 1000, 999_949, 12_345_678, 1e9, 1e16].map(formatBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 KB',
    '999.9 KB',
    '12.3 MB',
    '1.0 GB',
    '10000.0 TB',
  ]);
});

test('durations', () => {
  expect([0, 340.4, 999, 1000, 12_340, 59_949, 59_950, 245_400, 3_600_000].map(formatDuration)).toEqual([
    '0 ms',
    '340 ms',
    '999 ms',
    '1.0 s',
    '12.3 s',
    '59.9 s',
    '1 min 00 s',
    '4 min 05 s',
    '60 min 00 s',
  ]);
});

test('a document stays on its line, and cannot command the terminal', () => {
  expect(oneLine(' two\r\n lines\t\u2028and \u001B[2J\u009B31m more\u0007 ')).toBe('two lines and [2J 31m more');
});
