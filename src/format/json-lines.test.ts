// The bug it would catch: a line that is lost, merged, misnumbered or silently altered because of where a file was cut into pieces.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitLines } from './json-lines.ts';

type Found = [line: number, textOrCode: string];

async function split(pieces: Iterable<Uint8Array>, lineBytesMax = 1_000): Promise<Found[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  const found: Found[] = [];
  for await (const numbered of splitLines(source(), { lineBytesMax })) {
    found.push([numbered.line, 'text' in numbered ? numbered.text : `! ${numbered.problem.code}`]);
  }
  return found;
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(start, start + size));
    start += size;
  }
  return [...pieces, bytes.subarray(start)];
}

const line = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '{', '"', 'é', '語', '🙂', ' '), maxLength: 12 }),
  fc.constantFrom('', ' ', '\t'),
);

test('wherever the bytes are cut, the lines are those of the whole', async () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
  const written = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(written, line, cuts, async (ended, last, sizes) => {
      const text = ended.map(([content, end]) => content + end).join('') + last;
      const expected = [...ended.map(([content]) => content), last]
        .map((content, index): Found => [index + 1, content])
        .filter(([, content]) => content.trim() !== '');
      expect(await split(cut(Buffer.from(text), sizes))).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('a line that is no UTF-8 is a problem, and the only one', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0x62, 0xff, 0x0a]), Buffer.from('c\n')]);
  expect(await split([bytes])).toEqual([
    [1, 'a'],
    [2, '! line-not-utf8'],
    [3, 'c'],
  ]);
});

test('a line beyond the limit is a problem, one at the limit is not', async () => {
  const bytes = Buffer.from(`${'x'.repeat(8)}\n${'y'.repeat(9)}\n${'z'.repeat(8)}\n${'w'.repeat(9)}`);
  const expected = [
    [1, 'xxxxxxxx'],
    [2, '! line-too-long'],
    [3, 'zzzzzzzz'],
    [4, '! line-too-long'],
  ];
  expect(await split([bytes], 8)).toEqual(expected);
  expect(
    await split(
      [...bytes].map((byte) => Uint8Array.of(byte)),
      8,
    ),
  ).toEqual(expected);
});

test('a line without end is not held in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const pieceBytes = 1024 * 1024;
  const pieces = 256;
  const before = process.memoryUsage().arrayBuffers;
  let held = 0;
  function* endless(): Generator<Uint8Array> {
    for (let count = 1; count <= pieces; count++) {
      yield new Uint8Array(pieceBytes).fill(0x78);
      if (count % 32 === 0) collectGarbage();
      if (count % 32 === 0) held = Math.max(held, process.memoryUsage().arrayBuffers - before);
    }
  }
  expect(await split(endless(), 4 * pieceBytes)).toEqual([[1, '! line-too-long']]);
  // What was let go is freed in the background, and so a little later.
  expect(held).toBeLessThan((pieces / 2) * pieceBytes);
});

test('a byte order mark is taken off the first line, and off no other', async () => {
  expect(await split([Buffer.from('\uFEFFa\n\uFEFFb')])).toEqual([
    [1, 'a'],
    [2, '\uFEFFb'],
  ]);
});

test('an error of the source comes through, after the lines before it', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a\nb');
    throw new Error('cut off');
  }
  const lines = splitLines(broken(), { lineBytesMax: 10 });
  expect((await lines.next()).value).toEqual({ line: 1, text: 'a' });
  await expect(lines.next()).rejects.toThrow('cut off');
});
