// The bug it would catch: a line is cut at a window's border, or said to lie elsewhere in its file than it does.
import { open, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { limits } from '../domain/limits.ts';
import { cutLines } from './cut-lines.ts';

let path = '';

beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'alluvium-lines-')), 'file');
});
afterAll(async () => rm(join(path, '..'), { recursive: true }));

async function cut(text: string | Buffer, from = 0, to = Buffer.byteLength(text)) {
  await writeFile(path, text);
  const file = await open(path, 'r');
  try {
    const lines: { start: number; end: number; text: string | null; isEnded: boolean }[] = [];
    for await (const { bytes, ...line } of cutLines(file, from, to, undefined)) {
      lines.push({ ...line, text: bytes?.toString() ?? null });
    }
    return lines;
  } finally {
    await file.close();
  }
}

test('every line is given with its place, and the last one says whether it has ended', async () => {
  expect(await cut('ab\n\ncd')).toEqual([
    { start: 0, end: 3, text: 'ab', isEnded: true },
    { start: 3, end: 4, text: '', isEnded: true },
    { start: 4, end: 6, text: 'cd', isEnded: false },
  ]);
  expect(await cut('')).toEqual([]);
  expect(await cut('a\nb\n', 2)).toEqual([{ start: 2, end: 4, text: 'b', isEnded: true }]);
  expect(await cut('a\nb\nc\n', 0, 4)).toHaveLength(2);
});

test('a file that is shorter than it was ends where it ends', async () => {
  expect(await cut('a\nb', 0, 100)).toMatchObject([{ text: 'a' }, { text: 'b', end: 3, isEnded: false }]);
});

test('a byte order mark is no part of the first line, and stays in any other', async () => {
  expect(await cut('\uFEFFab\n\uFEFFcd\n')).toMatchObject([
    { start: 0, text: 'ab' },
    { start: 6, text: '\uFEFFcd' },
  ]);
});

test('lines of any length around the size of a window come whole', async () => {
  const around = fc.integer({ min: -2, max: 2 }).map((off) => limits.answerWindowBytes + off);
  const length = fc.oneof(fc.nat({ max: 20 }), around, fc.constant(limits.answerWindowBytes * 2 + 1));
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 5 }), fc.boolean(), async (lengths, isEnded) => {
      const texts = lengths.map((size, index) => String(index % 10).repeat(size));
      const text = texts.join('\n') + (isEnded ? '\n' : '');
      const expected = text.split('\n');
      // Behind a last line feed, and in an empty file, there is no line.
      if (expected.at(-1) === '') expected.pop();
      const lines = await cut(text);
      expect(lines.map((line) => line.text)).toEqual(expected);
      for (const { start, end, text: line, isEnded: ended } of lines) {
        expect(text.slice(start, end)).toBe(`${line}${ended ? '\n' : ''}`);
      }
    }),
    { numRuns: 40 },
  );
});

test('a line that is too long is passed over, and those around it are not', async () => {
  const long = Buffer.alloc(limits.lineBytesMax + limits.answerWindowBytes + 5, 'x');
  const lines = await cut(Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb\n'), long]));
  expect(lines.map(({ text, isEnded }) => [text, isEnded])).toEqual([
    ['a', true],
    [null, true],
    ['b', true],
    [null, false],
  ]);
  expect(lines[2]?.start).toBe(2 + long.length + 1);
});
