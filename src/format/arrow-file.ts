import {
  Bool,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Int32,
  Int64,
  Message,
  MetadataVersion,
  Schema,
  Utf8,
} from 'apache-arrow';
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import { digestBytes } from '../domain/digest.ts';

/**
 * What stands around the blocks of an Arrow IPC file (https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format).
 *
 * 1. Head and tail hold nothing but the schema and where the blocks are: whoever knows dimension and blocks knows their every byte.
 * 2. The head holds the schema as a message too, as the specification asks (apache-arrow's own file writer leaves it out): a reader of
 *    streams can read the file from byte 8 on.
 */

export const arrowFormat = '1';

/** Messages and buffers begin at multiples of this. */
const alignment = 8;

/** Where one record batch message lies in its file. */
export interface MessagePlace {
  readonly offset: number;
  readonly headerLength: number;
  readonly bodyLength: number;
}

export function alignUp(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function arrowSchema(dimension: number): Schema {
  const component = new Field('item', new Float32(), true);
  const fields = [
    new Field('id', new Utf8(), false),
    new Field('vector', new FixedSizeList(dimension, component), true),
    new Field('document', new Utf8(), true),
    new Field('metadata', new Utf8(), true),
    new Field('sequence', new Int64(), false),
    new Field('line', new Int32(), false),
    new Field('tombstone', new Bool(), false),
    new Field('content', new FixedSizeBinary(digestBytes), false),
    new Field('digest', new FixedSizeBinary(digestBytes), false),
  ];
  return new Schema(fields, new Map([['alluvium.format', arrowFormat]]));
}

/** The bytes before the first block: the magic, padded, and the schema message. */
export function fileHead(dimension: number): Buffer {
  return Buffer.concat([
    Buffer.from('ARROW1\0\0', 'latin1'),
    frameMessage(Message.encode(Message.from(arrowSchema(dimension)))),
  ]);
}

/** The bytes after the last block: the end of the stream, the footer, its length, the magic. */
export function fileTail(dimension: number, messages: readonly MessagePlace[]): Buffer {
  const places = messages.map((place) => new FileBlock(place.headerLength, place.bodyLength, place.offset));
  const footer = Footer.encode(new Footer(arrowSchema(dimension), MetadataVersion.V5, places, []));
  const ending = Buffer.from('\0\0\0\0ARROW1', 'latin1');
  ending.writeInt32LE(footer.length);
  return Buffer.concat([Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0), footer, ending]);
}

/** An encapsulated message without its body: continuation mark, length, metadata, padding. */
export function frameMessage(metadata: Uint8Array): Buffer {
  const frame = Buffer.alloc(alignUp(8 + metadata.length));
  frame.writeInt32LE(-1);
  frame.writeInt32LE(frame.length - 8, 4);
  frame.set(metadata, 8);
  return frame;
}
