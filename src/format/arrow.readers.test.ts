// Catches files that only our own reader understands: two other implementations must see every value and every null.
import { tableFromIPC as tableFromApache } from 'apache-arrow';
import { tableFromIPC as tableFromFlechette } from '@uwdata/flechette';
import { expect, test } from 'vitest';
import { cutBlock, encodeFile } from '../../test/encoded-file.ts';
import { goldenRows, goldenSpace } from '../../test/golden/make.ts';
import { rowRead, rowsWritten, type RowGiven } from '../../test/readers/rows-read.ts';

const written = await encodeFile(goldenRows, goldenSpace.dimension);
const expected = rowsWritten(goldenRows);

function readByFlechette(bytes: Uint8Array) {
  const rows = tableFromFlechette(bytes, { useBigInt: true }).toArray() as unknown as RowGiven[];
  return rows.map(rowRead);
}

function readByApache(bytes: Uint8Array) {
  const rows = tableFromApache(bytes).toArray() as unknown as RowGiven[];
  return rows.map(rowRead);
}

const readers = [
  ['flechette', readByFlechette],
  ['apache-arrow', readByApache],
] as const;

test.each(readers)('%s reads the file to the same rows', (_, read) => {
  expect(read(written.bytes)).toEqual(expected);
});

test.each(readers)('%s reads the file as a stream from byte 8 on', (_, read) => {
  expect(read(written.bytes.subarray(8))).toEqual(expected);
});

test.each(readers)('%s reads the head with any one block as a stream', (_, read) => {
  const head = written.bytes.subarray(8, written.blocks[0]?.offset);
  const rows = written.blocks.flatMap((seal) => read(Buffer.concat([head, cutBlock(written, seal)])));
  expect(rows).toEqual(expected);
});

test('a file without rows has the columns', async () => {
  const { bytes } = await encodeFile([], goldenSpace.dimension);
  const { schema, numRows } = tableFromApache(bytes);
  expect(numRows).toBe(0);
  expect(schema.metadata.get('alluvium.format')).toBe('1');
  expect(schema.fields.map((field) => `${field.name}: ${field.type}${field.nullable ? '?' : ''}`)).toEqual([
    'id: Utf8',
    'vector: FixedSizeList[4]<Float32>?',
    'document: Utf8?',
    'metadata: Utf8?',
    'sequence: Int64',
    'line: Int32',
    'tombstone: Bool',
    'content: FixedSizeBinary[32]',
    'digest: FixedSizeBinary[32]',
  ]);
});
