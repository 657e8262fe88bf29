import { digestBytes, type Digest } from '../domain/digest.ts';
import type { IndexEntry } from '../domain/row.ts';

/** idHash 32, sequence 8, line 4, row 4, flags 4, reserved 4, content 32, digest 32. */
const indexEntryBytes = 120;

const at = { sequence: 32, line: 40, row: 44, flags: 48, content: 56, digest: 88 };
const tombstoneFlag = 1;

/** Entries of fixed width, ascending by id hash: a part of an index that is read and checked alone. */
export class IndexBlock {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  static encode(entries: readonly IndexEntry[]): Buffer {
    const bytes = Buffer.alloc(entries.length * indexEntryBytes);
    entries.forEach((entry, position) => writeEntry(bytes, position * indexEntryBytes, entry));
    return bytes;
  }

  get length(): number {
    return this.#bytes.length / indexEntryBytes;
  }

  /** Its digests are views of the block. */
  entry(position: number): IndexEntry {
    const start = position * indexEntryBytes;
    return {
      idHash: this.#digest(start),
      sequence: Number(this.#bytes.readBigUInt64LE(start + at.sequence)),
      line: this.#bytes.readUInt32LE(start + at.line),
      row: this.#bytes.readUInt32LE(start + at.row),
      tombstone: (this.#bytes.readUInt32LE(start + at.flags) & tombstoneFlag) !== 0,
      content: this.#digest(start + at.content),
      digest: this.#digest(start + at.digest),
    };
  }

  find(hash: Digest): IndexEntry | null {
    const position = lastNotAfter(this.length, (middle) => this.#compare(middle, hash));
    return position >= 0 && this.#compare(position, hash) === 0 ? this.entry(position) : null;
  }

  #compare(position: number, hash: Digest): number {
    const start = position * indexEntryBytes;
    return this.#bytes.compare(hash, 0, digestBytes, start, start + digestBytes);
  }

  #digest(start: number): Digest {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, digestBytes);
  }
}

/** Of `length` ascending items, the position of the last that does not stand after what is looked for; -1 where all do. */
export function lastNotAfter(length: number, compareItem: (position: number) => number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareItem(middle) > 0) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

function writeEntry(bytes: Buffer, start: number, entry: IndexEntry): void {
  bytes.set(entry.idHash, start);
  bytes.writeBigUInt64LE(BigInt(entry.sequence), start + at.sequence);
  bytes.writeUInt32LE(entry.line, start + at.line);
  bytes.writeUInt32LE(entry.row, start + at.row);
  bytes.writeUInt32LE(entry.tombstone ? tombstoneFlag : 0, start + at.flags);
  bytes.set(entry.content, start + at.content);
  bytes.set(entry.digest, start + at.digest);
}
