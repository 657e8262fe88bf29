import { compareRows } from '../domain/ids.ts';
import type { Row } from '../domain/row.ts';
import {
  assertPadding,
  readBits,
  readNullableTexts,
  readDigests,
  readInt32s,
  readInt64s,
  readTexts,
  readVectors,
  undecodable,
  type BlockBody,
} from './arrow-columns.ts';
import { arrowFormat, fileHead, fileTail, type MessagePlace } from './arrow-file.ts';
import { encodeHeader, layoutBlock, readShape, type BlockLayout, type BlockShape } from './arrow-layout.ts';
import { rowProblem } from './row-rules.ts';

/**
 * The reader of deltas and segments.
 *
 * 1. It throws `Corrupt` (`arrow-undecodable`), naming the key, for any bytes that the encoder did not make; nothing else, whatever the bytes.
 * 2. What is not data (schema, headers, footer, padding) is made again and compared, never believed.
 * 3. It cannot see a change of one value into another: that is what seals and {@link checkRow} are for.
 */

/** Frame of a message: continuation mark and length. */
const frameBytes = 8;

/**
 * The rows of one record batch message, as a block seal cuts it out. Their vectors and digests are views of `block`: a row that is kept keeps
 * its block in memory.
 */
export function decodeBlock(key: string, block: Uint8Array, dimension: number): Row[] {
  const message = readMessage(key, toBuffer(block), dimension);
  const length = message.headerLength + message.bodyLength;
  if (length !== block.length) throw undecodable(key, `a block of ${length} bytes`, block.length);
  return message.rows;
}

/** The rows of a whole file. */
export function decodeFile(key: string, bytes: Uint8Array, dimension: number): Row[] {
  return [...decodeBlocks(key, bytes, dimension)].flat();
}

/** The rows of a whole file, block by block. Its schema is checked before the first, its footer after the last. */
export function* decodeBlocks(key: string, bytes: Uint8Array, dimension: number): Generator<Row[]> {
  const file = toBuffer(bytes);
  const messages: MessagePlace[] = [];
  let offset = skipHead(key, file, dimension);
  let last: Row | undefined;
  while (!isEndOfStream(file, offset)) {
    const { rows, headerLength, bodyLength } = readMessage(key, file.subarray(offset), dimension);
    assertAscending(key, last, rows[0]);
    last = rows.at(-1);
    messages.push({ offset, headerLength, bodyLength });
    offset += headerLength + bodyLength;
    yield rows;
  }
  if (!file.subarray(offset).equals(fileTail(dimension, messages))) throw undecodable(key, 'its footer', 'other bytes');
}

interface ReadMessage {
  readonly rows: Row[];
  readonly headerLength: number;
  readonly bodyLength: number;
}

/** The message that begins with `bytes`, whatever follows it. */
function readMessage(key: string, bytes: Buffer, dimension: number): ReadMessage {
  const header = bytes.subarray(0, frameBytes + (bytes.length < frameBytes ? 0 : bytes.readUInt32LE(4)));
  const shape = statedShape(key, header, dimension);
  const layout = layoutBlock(shape);
  const end = header.length + layout.bodyLength;
  if (bytes.length < end) throw undecodable(key, `${end} bytes`, bytes.length);
  if (!header.equals(encodeHeader(shape, layout))) throw undecodable(key, 'the header of its rows', 'another');
  const body = { key, bytes: bytes.subarray(header.length, end) };
  return { rows: readRows(body, shape, layout), headerLength: header.length, bodyLength: layout.bodyLength };
}

function statedShape(key: string, header: Buffer, dimension: number): BlockShape {
  try {
    return readShape(header, dimension);
  } catch (error) {
    if (error instanceof RangeError) throw undecodable(key, 'a record batch', 'other bytes', error);
    throw error;
  }
}

function readRows(body: BlockBody, shape: BlockShape, layout: BlockLayout): Row[] {
  const rows = rowsOf(readColumns(body, shape, layout));
  assertPadding(body, layout);
  rows.forEach((row, index) => {
    const problem = rowProblem(row, shape.dimension);
    if (problem !== null) throw undecodable(body.key, 'a row', problem);
    assertAscending(body.key, rows[index - 1], row);
  });
  return rows;
}

/** Each of as many values as there are rows. */
type Columns = { readonly [Column in keyof Row]: readonly Row[Column][] };

function readColumns(body: BlockBody, { rows, nulls }: BlockShape, layout: BlockLayout): Columns {
  return {
    id: readTexts(body, layout.id, rows),
    vector: readVectors(body, layout.vector, rows, nulls.vector),
    document: readNullableTexts(body, layout.document, rows, nulls.document),
    metadata: readNullableTexts(body, layout.metadata, rows, nulls.metadata),
    sequence: readInt64s(body, layout.sequence),
    line: readInt32s(body, layout.line),
    tombstone: readBits(body, layout.tombstone, rows),
    content: readDigests(body, layout.content, rows),
    digest: readDigests(body, layout.digest, rows),
  };
}

function rowsOf(columns: Columns): Row[] {
  const cell = <Value>(column: readonly Value[], row: number) => column[row] as Value;
  return columns.id.map((id, row) => ({
    id,
    vector: cell(columns.vector, row),
    document: cell(columns.document, row),
    metadata: cell(columns.metadata, row),
    sequence: cell(columns.sequence, row),
    line: cell(columns.line, row),
    tombstone: cell(columns.tombstone, row),
    content: cell(columns.content, row),
    digest: cell(columns.digest, row),
  }));
}

function skipHead(key: string, file: Buffer, dimension: number): number {
  const head = fileHead(dimension);
  if (file.subarray(0, head.length).equals(head)) return head.length;
  throw undecodable(key, `a file of format ${arrowFormat} and dimension ${dimension}`, 'another');
}

function isEndOfStream(file: Buffer, offset: number): boolean {
  return file.length >= offset + frameBytes && file.readUInt32LE(offset + 4) === 0;
}

function assertAscending(key: string, previous: Row | undefined, row: Row | undefined): void {
  if (previous === undefined || row === undefined || compareRows(previous, row) < 0) return;
  throw undecodable(key, 'rows in ascending order', `${row.id} ${row.sequence} ${row.line}`);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
