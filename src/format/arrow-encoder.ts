import { sha256Hex } from '../domain/digest.ts';
import { internal } from '../domain/errors.ts';
import type { BlockSeal } from '../domain/facts.ts';
import { compareRows } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Row } from '../domain/row.ts';
import { writeBits, writeDigests, writeInt32s, writeInt64s, writeTexts, writeVectors } from './arrow-columns.ts';
import { fileHead, fileTail, type MessagePlace } from './arrow-file.ts';
import { encodeHeader, layoutBlock, type BlockShape } from './arrow-layout.ts';
import { rowProblem } from './row-rules.ts';

/**
 * The writer of deltas and segments: one Arrow IPC file, in blocks.
 *
 * 1. Equal rows make equal bytes, however they arrive.
 * 2. Rows come in ascending order of id (UTF-8 bytes), then version, and none twice: what merging relies on is checked where it is written.
 * 3. A block seal covers exactly one record batch message, so that the file's head and a block alone are a readable stream.
 * 4. At most one block is held in memory.
 */

export interface EncodeOptions {
  readonly dimension: number;
  /** Called for every block, before its bytes are yielded. */
  readonly onBlock: (seal: BlockSeal) => void;
  /** Called for every row in order, with its 0-based position in the file. */
  readonly onRow?: (row: Row, position: number) => void;
}

/**
 * The file's bytes: its head, each block, its tail. No rows make a file without blocks.
 *
 * @example
 * const blocks: BlockSeal[] = [];
 * await store.put(key, encodeRows(rows, { dimension: 384, onBlock: (seal) => blocks.push(seal) }));
 */
export async function* encodeRows(
  rows: Iterable<Row> | AsyncIterable<Row>,
  { dimension, onBlock, onRow }: EncodeOptions,
): AsyncGenerator<Uint8Array> {
  const head = fileHead(dimension);
  const messages: MessagePlace[] = [];
  let offset = head.length;
  let position = 0;
  yield head;
  for await (const draft of draftBlocks(rows, dimension)) {
    for (const row of draft.rows) onRow?.(row, position++);
    const { bytes, headerLength } = encodeBlock(draft);
    onBlock({
      offset,
      length: bytes.length,
      digest: sha256Hex(bytes),
      rows: draft.rows.length,
      firstId: draft.firstId,
    });
    messages.push({ offset, headerLength, bodyLength: bytes.length - headerLength });
    offset += bytes.length;
    yield bytes;
  }
  yield fileTail(dimension, messages);
}

/** Rows of one block, and its shape as it grows. */
class BlockDraft {
  readonly rows: Row[] = [];
  readonly #dimension: number;
  readonly #nulls = { vector: 0, document: 0, metadata: 0 };
  readonly #textBytes = { id: 0, document: 0, metadata: 0 };

  constructor(dimension: number) {
    this.#dimension = dimension;
  }

  get firstId(): string {
    return this.rows[0]?.id ?? '';
  }

  get shape(): BlockShape {
    return { dimension: this.#dimension, rows: this.rows.length, nulls: this.#nulls, textBytes: this.#textBytes };
  }

  get isFull(): boolean {
    return this.rows.length >= limits.blockRowsMax || this.#bytes >= limits.blockBytesTarget;
  }

  add(row: Row): void {
    this.rows.push(row);
    this.#textBytes.id += Buffer.byteLength(row.id);
    if (row.vector === null) this.#nulls.vector += 1;
    for (const column of ['document', 'metadata'] as const) {
      const text = row[column];
      if (text === null) this.#nulls[column] += 1;
      else this.#textBytes[column] += Buffer.byteLength(text);
    }
  }

  /** Without bitmaps and padding. */
  get #bytes(): number {
    const { id, document, metadata } = this.#textBytes;
    return id + document + metadata + this.rows.length * (4 * this.#dimension + fixedRowBytes);
  }
}

/** A row's three text offsets, sequence, line, content and digest. */
const fixedRowBytes = 3 * 4 + 8 + 4 + 2 * 32;

async function* draftBlocks(rows: Iterable<Row> | AsyncIterable<Row>, dimension: number): AsyncGenerator<BlockDraft> {
  let draft = new BlockDraft(dimension);
  let previous: Row | null = null;
  for await (const row of rows) {
    assertWritable(row, previous, dimension);
    draft.add(row);
    previous = row;
    if (!draft.isFull) continue;
    yield draft;
    draft = new BlockDraft(dimension);
  }
  if (draft.rows.length > 0) yield draft;
}

function encodeBlock({ rows, shape }: BlockDraft): { bytes: Buffer; headerLength: number } {
  const layout = layoutBlock(shape);
  const header = encodeHeader(shape, layout);
  const bytes = Buffer.alloc(header.length + layout.bodyLength);
  bytes.set(header);
  const body = bytes.subarray(header.length);
  const column = <Value>(value: (row: Row) => Value) => rows.map(value);
  writeTexts(
    body,
    layout.id,
    column((row) => row.id),
  );
  writeVectors(
    body,
    layout.vector,
    column((row) => row.vector),
  );
  writeTexts(
    body,
    layout.document,
    column((row) => row.document),
  );
  writeTexts(
    body,
    layout.metadata,
    column((row) => row.metadata),
  );
  writeInt64s(
    body,
    layout.sequence,
    column((row) => row.sequence),
  );
  writeInt32s(
    body,
    layout.line,
    column((row) => row.line),
  );
  writeBits(
    body,
    layout.tombstone,
    column((row) => row.tombstone),
  );
  writeDigests(
    body,
    layout.content,
    column((row) => row.content),
  );
  writeDigests(
    body,
    layout.digest,
    column((row) => row.digest),
  );
  return { bytes, headerLength: header.length };
}

function assertWritable(row: Row, previous: Row | null, dimension: number): void {
  const problem = rowProblem(row, dimension);
  const details = { id: row.id, sequence: row.sequence, line: row.line };
  if (problem !== null) throw internal('row-unwritable', `a row cannot be written: ${problem}`, { details });
  if (previous !== null && compareRows(previous, row) >= 0) {
    throw internal('rows-unsorted', 'rows must come in ascending order of id, sequence and line', { details });
  }
}
