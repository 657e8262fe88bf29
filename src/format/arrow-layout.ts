import { Message } from 'apache-arrow';
import { BufferRegion, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { digestBytes } from '../domain/digest.ts';
import { alignUp, frameMessage } from './arrow-file.ts';

/**
 * Where everything stands in a block.
 *
 * 1. A block's header and the place of its every buffer follow from its shape alone.
 * 2. So a reader takes the shape out of a header, makes the header again, and trusts it only when both are equal: nothing in a header can
 *    send it astray, and no length in it is used before.
 */

/** The numbers that make one block's layout differ from another's. */
export interface BlockShape {
  readonly dimension: number;
  readonly rows: number;
  /** How many rows have none. */
  readonly nulls: { readonly vector: number; readonly document: number; readonly metadata: number };
  /** UTF-8 bytes of all rows. */
  readonly textBytes: { readonly id: number; readonly document: number; readonly metadata: number };
}

/** Bytes of a block's body. */
export interface Region {
  readonly offset: number;
  readonly length: number;
}

export interface TextLayout {
  /** One bit a row; empty where no row is null. */
  readonly validity: Region;
  readonly offsets: Region;
  readonly bytes: Region;
}

export type BlockLayout = ReturnType<typeof layoutBlock>;

export function layoutBlock({ dimension, rows, nulls, textBytes }: BlockShape) {
  const regions: Region[] = [];
  let bodyLength = 0;
  const place = (length: number): Region => {
    const region = { offset: bodyLength, length };
    regions.push(region);
    bodyLength = alignUp(bodyLength + length);
    return region;
  };
  const bitmapBytes = Math.ceil(rows / 8);
  const validity = (nullRows: number): Region => place(nullRows === 0 ? 0 : bitmapBytes);
  const fixed = (length: number): Region => {
    validity(0);
    return place(length);
  };
  const text = (nullRows: number, bytes: number): TextLayout => ({
    validity: validity(nullRows),
    offsets: place(4 * (rows + 1)),
    bytes: place(bytes),
  });
  // The order of these calls is the order of the buffers.
  const columns = {
    id: text(0, textBytes.id),
    vector: { validity: validity(nulls.vector), values: fixed(4 * dimension * rows) },
    document: text(nulls.document, textBytes.document),
    metadata: text(nulls.metadata, textBytes.metadata),
    sequence: fixed(8 * rows),
    line: fixed(4 * rows),
    tombstone: fixed(bitmapBytes),
    content: fixed(digestBytes * rows),
    digest: fixed(digestBytes * rows),
  };
  return { ...columns, regions, bodyLength };
}

/** The record batch message without its body. */
export function encodeHeader(shape: BlockShape, layout: BlockLayout): Buffer {
  const { rows, nulls, dimension } = shape;
  const none = new FieldNode(rows, 0);
  const nodes = [
    none,
    new FieldNode(rows, nulls.vector),
    new FieldNode(rows * dimension, 0),
    new FieldNode(rows, nulls.document),
    new FieldNode(rows, nulls.metadata),
    none,
    none,
    none,
    none,
    none,
  ];
  const buffers = layout.regions.map(({ offset, length }) => new BufferRegion(offset, length));
  return frameMessage(Message.encode(Message.from(new RecordBatch(rows, nodes, buffers, null), layout.bodyLength)));
}

/** Positions in a header's list of field nodes and of buffers, each in the order above. */
const nodeOf = { vector: 1, document: 3, metadata: 4 };
const bytesBufferOf = { id: 2, document: 8, metadata: 11 };

/**
 * The shape that a header states. Throws a `RangeError` where it states none; says nothing of whether the rest of the header agrees.
 *
 * Reads the three numbers' places by hand, because generated readers of flatbuffers check no bounds: a flipped length makes them loop over
 * billions of entries that do not exist.
 */
export function readShape(header: Uint8Array, dimension: number): BlockShape {
  const table = new Flatbuffer(header.subarray(8));
  const batch = table.follow(table.field(table.follow(0), 2));
  const rows = table.count(table.field(batch, 0));
  const nodes = table.follow(table.field(batch, 1)) + 4;
  const buffers = table.follow(table.field(batch, 2)) + 4;
  const nulls = (node: number) => table.count(nodes + 16 * node + 8);
  const bytes = (buffer: number) => table.count(buffers + 16 * buffer + 8);
  return {
    dimension,
    rows,
    nulls: { vector: nulls(nodeOf.vector), document: nulls(nodeOf.document), metadata: nulls(nodeOf.metadata) },
    textBytes: {
      id: bytes(bytesBufferOf.id),
      document: bytes(bytesBufferOf.document),
      metadata: bytes(bytesBufferOf.metadata),
    },
  };
}

/** Just enough of https://flatbuffers.dev/internals to find a number; every read is checked against the end. */
class Flatbuffer {
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the offset that stands at `position` leads. */
  follow(position: number): number {
    return position + this.#view.getUint32(position, true);
  }

  /** Where field `index` of the table at `position` stands. */
  field(position: number, index: number): number {
    const virtualTable = position - this.#view.getInt32(position, true);
    const slot = 4 + 2 * index;
    const offset =
      slot < this.#view.getUint16(virtualTable, true) ? this.#view.getUint16(virtualTable + slot, true) : 0;
    if (offset === 0) throw new RangeError(`field ${index} is absent`);
    return position + offset;
  }

  /** A 64-bit count. */
  count(position: number): number {
    const count = Number(this.#view.getBigInt64(position, true));
    if (count < 0 || !Number.isSafeInteger(count)) throw new RangeError(`${count} is no count`);
    return count;
  }
}
