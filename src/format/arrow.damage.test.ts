// Catches damage that crashes the reader, loops it, or passes for a row: a flipped length, a cut end, bytes of something else.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRow } from '../../test/any-rows.ts';
import { cutBlock, encodeFile } from '../../test/encoded-file.ts';
import { AlluviumError } from '../domain/errors.ts';
import type { Row } from '../domain/row.ts';
import { decodeBlock, decodeFile } from './arrow-decoder.ts';
import { fileHead, fileTail } from './arrow-file.ts';
import { layoutBlock, readShape, type BlockLayout } from './arrow-layout.ts';
import { checkRow } from './row-check.ts';

const dimension = 3;
const space = { model: 'test', dimension };
const key = 'collections/lines/deltas/d.arrow';

const rows = [
  { id: '', sequence: 0, line: 1, vector: Float32Array.of(0, -0, 1.5), document: '', metadata: null },
  { id: 'a', sequence: 1, line: 2, vector: null, document: null, metadata: null },
  { id: 'a', sequence: 2, line: 1, vector: Float32Array.of(1, 2, 3), document: 'é～', metadata: '{"page":1}' },
  { id: '😀', sequence: 3, line: 9, vector: Float32Array.of(-1, 1e-40, 3e38), document: null, metadata: '{}' },
].map((fields) => makeRow(fields, space));
const file = await encodeFile(rows, dimension);
const block = cutBlock(file, file.blocks[0] ?? expect.unreachable());
const original = fingerprint(decodeBlock(key, block, dimension));

function fingerprint(decoded: readonly Row[]): string {
  return decoded
    .map((row) => {
      const bits = row.vector === null ? null : [...new Uint32Array(row.vector.slice().buffer)];
      return JSON.stringify({ ...row, vector: bits, content: [...row.content], digest: [...row.digest] });
    })
    .join('\n');
}

/** What reading comes to. Any error but `Corrupt`, with this code and naming the key, fails the test that asks. */
function read(decode: () => Row[]): 'refused' | 'changed' | 'same' {
  const decoded = unless('arrow-undecodable', decode);
  if (decoded === null) return 'refused';
  return fingerprint(decoded) === original ? 'same' : 'changed';
}

/** Null where `run` throws `Corrupt` with this code. */
function unless<Value>(code: string, run: () => Value): Value | null {
  try {
    return run();
  } catch (error) {
    const isExpected = error instanceof AlluviumError && error.kind === 'Corrupt' && error.code === code;
    if (!isExpected || error.details['key'] !== key) throw error;
    return null;
  }
}

function everyFlip(bytes: Uint8Array, visit: (damaged: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length; at++) {
    for (const mask of [0x01, 0x08, 0x40, 0x80, 0xff]) {
      const damaged = new Uint8Array(bytes);
      damaged[at] = (bytes[at] ?? 0) ^ mask;
      visit(damaged);
    }
  }
}

test('every flip in a block changes its rows or is refused', () => {
  const counts = { refused: 0, changed: 0, same: 0 };
  everyFlip(block, (damaged) => {
    counts[read(() => decodeBlock(key, damaged, dimension))] += 1;
  });
  expect(counts.same).toBe(0);
  expect(Math.min(counts.refused, counts.changed)).toBeGreaterThan(0);
});

test('every flip in a file changes its rows or is refused', () => {
  everyFlip(file.bytes, (damaged) => {
    expect(read(() => decodeFile(key, damaged, dimension))).not.toBe('same');
  });
});

test('every flip that passes for rows is found by their digests, or changed nothing but a version', () => {
  const versionless = (row: Row) => ({ ...row, sequence: 0, line: 0 });
  const expected = fingerprint(decodeBlock(key, block, dimension).map(versionless));
  const passing = new Set<string>();
  everyFlip(block, (damaged) => {
    const passed = unless('arrow-undecodable', () => decodeBlock(key, damaged, dimension));
    const refused = unless('row-digest', () => passed?.forEach((row) => checkRow(key, row, space))) === null;
    if (passed !== null && !refused) passing.add(fingerprint(passed.map(versionless)));
  });
  expect(passing).toEqual(new Set([expected]));
});

test('every truncation and every appended byte is refused', () => {
  for (let length = 0; length < block.length; length++) {
    expect(read(() => decodeBlock(key, block.subarray(0, length), dimension))).toBe('refused');
  }
  for (let length = 0; length < file.bytes.length; length++) {
    expect(read(() => decodeFile(key, file.bytes.subarray(0, length), dimension))).toBe('refused');
  }
  expect(read(() => decodeBlock(key, Buffer.concat([block, Buffer.alloc(1)]), dimension))).toBe('refused');
  expect(read(() => decodeFile(key, Buffer.concat([file.bytes, Buffer.alloc(8)]), dimension))).toBe('refused');
});

/** The block with one byte set, at a position that its layout tells. */
function withByte(place: (layout: BlockLayout) => number, value: number): Uint8Array {
  const bodyStart = 8 + block.readInt32LE(4);
  const layout = layoutBlock(readShape(block.subarray(0, bodyStart), dimension));
  return new Uint8Array(block).with(bodyStart + place(layout), value);
}

test.each([
  ['text that is not UTF-8', withByte(({ document }) => document.bytes.offset, 0xff)],
  ['a text that ends inside a character', withByte(({ id }) => id.offsets.offset + 3 * 4, 3)],
  ['a null that has text', withByte(({ document }) => document.validity.offset, 0b1001)],
  ['two rows in the wrong order', withByte(({ id }) => id.bytes.offset, 'b'.charCodeAt(0))],
])('%s is refused, not repaired', (_, damaged) => {
  expect(read(() => decodeBlock(key, damaged, dimension))).toBe('refused');
});

test('a file of another dimension is refused', () => {
  expect(read(() => decodeFile(key, file.bytes, dimension + 1))).toBe('refused');
  expect(read(() => decodeBlock(key, block, dimension + 1))).toBe('refused');
});

test('blocks in the wrong order are refused, though each is whole and the footer fits them', () => {
  const headerLength = 8 + block.readInt32LE(4);
  const head = fileHead(dimension);
  const place = (offset: number) => ({ offset, headerLength, bodyLength: block.length - headerLength });
  const one = Buffer.concat([head, block, fileTail(dimension, [place(head.length)])]);
  expect(read(() => decodeFile(key, one, dimension))).toBe('same');
  const places = [place(head.length), place(head.length + block.length)];
  const two = Buffer.concat([head, block, block, fileTail(dimension, places)]);
  expect(read(() => decodeFile(key, two, dimension))).toBe('refused');
});

test('arbitrary bytes, alone or in place of a part of a block, are refused or change its rows', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat({ max: block.length - 1 }), (noise, at) => {
      expect(read(() => decodeBlock(key, noise, dimension))).toBe('refused');
      const damaged = new Uint8Array(block);
      damaged.set(noise.subarray(0, block.length - at), at);
      expect(read(() => decodeBlock(key, damaged, dimension)) === 'same').toBe(block.equals(damaged));
    }),
    { numRuns: 1_000 },
  );
});
