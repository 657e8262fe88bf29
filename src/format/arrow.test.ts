// Catches rows that come back from a file other than they went in: lost nulls, trimmed characters, wrong floats, a block cut askew.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRows, makeRow } from '../../test/any-rows.ts';
import { concatenate, cutBlock, encodeFile } from '../../test/encoded-file.ts';
import { sha256Hex, vectorBytes } from '../domain/digest.ts';
import { limits } from '../domain/limits.ts';
import type { Row } from '../domain/row.ts';
import { decodeBlock, decodeBlocks, decodeFile } from './arrow-decoder.ts';
import { encodeRows } from './arrow-encoder.ts';

const space = { model: 'test', dimension: 3 };
const key = 'collections/lines/deltas/d.arrow';

/** A row by value, with the exact bits of its vector. */
function plain(row: Row) {
  const bits = row.vector === null ? null : Buffer.from(vectorBytes(row.vector)).toString('hex');
  return { ...row, vector: bits, content: [...row.content], digest: [...row.digest] };
}

function numberedRow(line: number, more: Partial<Row> = {}, dimension = space.dimension): Row {
  const id = String(line).padStart(6, '0');
  const vector = new Float32Array(dimension).fill(line);
  return { ...makeRow({ id, sequence: 1, line, vector, document: null, metadata: null }, space), ...more };
}

test('rows come back as they went in, from the file and from its blocks', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows(space), async (rows) => {
      const file = await encodeFile(rows, space.dimension);
      expect(decodeFile(key, file.bytes, space.dimension).map(plain)).toEqual(rows.map(plain));
      const blocks = file.blocks.flatMap((seal) => decodeBlock(key, cutBlock(file, seal), space.dimension));
      expect(blocks.map(plain)).toEqual(rows.map(plain));
    }),
  );
});

test('equal rows make equal bytes, from a list or a stream, whatever memory their vectors lie in', async () => {
  const rows = Array.from({ length: 600 }, (_, line) => numberedRow(line + 1));
  async function* moved() {
    for (const row of rows) {
      const memory = new Float32Array(space.dimension + 5).fill(7);
      memory.set(row.vector ?? [], 2);
      yield { ...row, vector: memory.subarray(2, 2 + space.dimension), content: Buffer.from(row.content) };
    }
  }
  const { bytes } = await encodeFile(rows, space.dimension);
  const streamed = await concatenate(encodeRows(moved(), { dimension: space.dimension, onBlock: () => {} }));
  expect(streamed.equals(bytes)).toBe(true);
});

test('blocks close at their limits, and their seals cover them', async () => {
  const many = await encodeFile(
    Array.from({ length: limits.blockRowsMax + 1 }, (_, line) => numberedRow(line + 1)),
    space.dimension,
  );
  expect(many.blocks.map((seal) => [seal.rows, seal.firstId])).toEqual([
    [limits.blockRowsMax, '000001'],
    [1, '000257'],
  ]);
  const large = { document: 'x'.repeat(limits.blockBytesTarget) };
  const big = await encodeFile(
    [numberedRow(1), numberedRow(2, large), numberedRow(3)].map((row) => makeRow(row, space)),
    space.dimension,
  );
  expect(big.blocks.map((seal) => seal.rows)).toEqual([2, 1]);
  for (const seal of big.blocks) expect(sha256Hex(cutBlock(big, seal))).toBe(seal.digest);
});

test('no rows make a file without blocks', async () => {
  const { bytes, blocks } = await encodeFile([], space.dimension);
  expect(blocks).toEqual([]);
  expect(decodeFile(key, bytes, space.dimension)).toEqual([]);
});

test('rows are reported in order with their positions', async () => {
  const rows = [numberedRow(5), numberedRow(6), numberedRow(7)];
  const seen: [string, number][] = [];
  const onRow = (row: Row, position: number) => seen.push([row.id, position]);
  await concatenate(encodeRows(rows, { dimension: space.dimension, onBlock: () => {}, onRow }));
  expect(seen).toEqual([
    ['000005', 0],
    ['000006', 1],
    ['000007', 2],
  ]);
});

test('vectors and digests are views of a well aligned block, and right in a badly aligned one', async () => {
  const file = await encodeFile([numberedRow(1), numberedRow(2)], space.dimension);
  const [seal] = file.blocks;
  if (seal === undefined) throw new Error('no block');
  const block = new Uint8Array(cutBlock(file, seal));
  const [row] = decodeBlock(key, block, space.dimension);
  expect(row?.vector?.buffer).toBe(block.buffer);
  expect(row?.digest.buffer).toBe(block.buffer);
  const askew = new Uint8Array(block.length + 1).subarray(1);
  askew.set(block);
  const expected = decodeBlock(key, block, space.dimension).map(plain);
  expect(decodeBlock(key, askew, space.dimension).map(plain)).toEqual(expected);
});

test('blocks are decoded one at a time', async () => {
  const rows = Array.from({ length: 600 }, (_, line) => numberedRow(line + 1));
  const { bytes } = await encodeFile(rows, space.dimension);
  expect([...decodeBlocks(key, bytes, space.dimension)].map((block) => block.length)).toEqual([256, 256, 88]);
});

test.each<[string, Row[]]>([
  ['a descending id', [numberedRow(2), numberedRow(1)]],
  ['a repeated version', [numberedRow(1), numberedRow(1)]],
  ['UTF-16 order', [numberedRow(1, { id: '😀' }), numberedRow(2, { id: '～' })]],
])('%s is our defect', async (_, rows) => {
  await expect(encodeFile(rows, space.dimension)).rejects.toMatchObject({ kind: 'Internal', code: 'rows-unsorted' });
});

test.each<[string, Partial<Row>]>([
  ['a vector of another dimension', { vector: new Float32Array(2) }],
  ['no vector and no tombstone', { vector: null }],
  ['a tombstone with a vector', { tombstone: true }],
  ['a lone surrogate', { id: '\ud800' }],
  ['a fraction of a line', { line: 1.5 }],
  ['line 0', { line: 0 }],
  ['a sequence beyond exact numbers', { sequence: 2 ** 53 }],
  ['a short digest', { digest: new Uint8Array(31) }],
])('%s is our defect', async (_, change) => {
  const rejection = { kind: 'Internal', code: 'row-unwritable' };
  await expect(encodeFile([numberedRow(1, change)], space.dimension)).rejects.toMatchObject(rejection);
});
