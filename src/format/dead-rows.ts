import { corrupt, internal } from '../domain/errors.ts';

/**
 * A deletion vector: which rows of a segment are hidden.
 *
 * 1. Equal sets of rows have equal bytes.
 * 2. Bits beyond the last row are zero.
 */

const deadRowsMagic = Buffer.from('ALVDEAD1', 'latin1');

const headerBytes = deadRowsMagic.length + 4;

export class DeadRows {
  /** Rows of the segment, hidden or not. */
  readonly rows: number;
  readonly #bits: Uint8Array;
  #count = 0;

  constructor(rows: number) {
    this.rows = rows;
    this.#bits = new Uint8Array(Math.ceil(rows / 8));
  }

  /** Throws `Corrupt` (`dead-rows-undecodable`) unless `bytes` are a deletion vector of as many rows. */
  static decode(key: string, bytes: Uint8Array, rows: number): DeadRows {
    const dead = new DeadRows(rows);
    const header = Buffer.from(headerOf(rows));
    const isHeader = header.equals(bytes.subarray(0, headerBytes));
    if (!isHeader || bytes.length !== headerBytes + dead.#bits.length) throw undecodable(key, rows);
    dead.#bits.set(bytes.subarray(headerBytes));
    const unused = dead.#bits.length * 8 - rows;
    if (unused > 0 && (dead.#bits.at(-1) ?? 0) >> (8 - unused) !== 0) throw undecodable(key, rows);
    dead.#count = dead.#bits.reduce((count, byte) => count + bitsOf(byte), 0);
    return dead;
  }

  /** How many rows are hidden. */
  get count(): number {
    return this.#count;
  }

  has(row: number): boolean {
    this.#assertRow(row);
    return ((this.#bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
  }

  add(row: number): void {
    if (this.has(row)) return;
    this.#bits[row >> 3] = (this.#bits[row >> 3] ?? 0) | (1 << (row & 7));
    this.#count += 1;
  }

  clone(): DeadRows {
    const copy = new DeadRows(this.rows);
    copy.#bits.set(this.#bits);
    copy.#count = this.#count;
    return copy;
  }

  encode(): Uint8Array {
    return Buffer.concat([headerOf(this.rows), this.#bits]);
  }

  #assertRow(row: number): void {
    if (Number.isInteger(row) && row >= 0 && row < this.rows) return;
    throw internal('row-out-of-range', `a segment of ${this.rows} rows has no row ${row}`);
  }
}

function headerOf(rows: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.set(deadRowsMagic);
  header.writeUInt32LE(rows, deadRowsMagic.length);
  return header;
}

function bitsOf(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

function undecodable(key: string, rows: number) {
  return corrupt('dead-rows-undecodable', key, `a deletion vector of ${rows} rows`, 'other bytes');
}
