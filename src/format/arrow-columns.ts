import { isUtf8 } from 'node:buffer';
import { vectorBytes } from '../domain/digest.ts';
import { corrupt, type AlluviumError } from '../domain/errors.ts';
import type { BlockLayout, Region, TextLayout } from './arrow-layout.ts';

/**
 * Columns of a block: each `write…` with the `read…` that undoes it.
 *
 * 1. What a column does not need is zero: padding, the unused bits of a bitmap, the vector of a row that has none. So equal rows have
 *    equal bytes, and a reader refuses a body in which anything else was changed.
 * 2. Readers copy no digest and no vector, unless the block lies badly aligned in its memory.
 */

/** A block's body. `key` names the object it is from. */
export interface BlockBody {
  readonly key: string;
  readonly bytes: Buffer;
}

export function undecodable(
  key: string,
  expected: string | number,
  actual: string | number,
  cause?: unknown,
): AlluviumError {
  return corrupt('arrow-undecodable', key, expected, actual, { cause });
}

export function writeTexts(body: Buffer, layout: TextLayout, texts: readonly (string | null)[]): void {
  writeValidity(body, layout.validity, texts);
  let end = 0;
  texts.forEach((text, row) => {
    if (text !== null) end += body.write(text, layout.bytes.offset + end);
    body.writeInt32LE(end, layout.offsets.offset + 4 * (row + 1));
  });
}

export function readTexts(body: BlockBody, layout: TextLayout, rows: number): string[] {
  const bytes = part(body.bytes, layout.bytes);
  if (!isUtf8(bytes)) throw undecodable(body.key, 'UTF-8', 'other bytes');
  const offsets = part(body.bytes, layout.offsets);
  let start = offsets.readInt32LE(0);
  if (start !== 0) throw undecodable(body.key, 'text from 0', start);
  const texts = Array.from({ length: rows }, (_, row) => {
    const end = offsets.readInt32LE(4 * (row + 1));
    assertTextEnd(body.key, bytes, start, end);
    const text = bytes.toString('utf8', start, end);
    start = end;
    return text;
  });
  if (start !== bytes.length) throw undecodable(body.key, bytes.length, start);
  return texts;
}

export function readNullableTexts(body: BlockBody, layout: TextLayout, rows: number, nulls: number): (string | null)[] {
  const isPresent = readValidity(body, layout.validity, rows, nulls);
  return readTexts(body, layout, rows).map((text, row) => {
    if (isPresent[row] === true) return text;
    if (text !== '') throw undecodable(body.key, 'no text for null', text);
    return null;
  });
}

export function writeVectors(
  body: Buffer,
  layout: BlockLayout['vector'],
  vectors: readonly (Float32Array | null)[],
): void {
  writeValidity(body, layout.validity, vectors);
  const vectorLength = layout.values.length / vectors.length;
  vectors.forEach((vector, row) => {
    if (vector !== null) body.set(vectorBytes(vector), layout.values.offset + row * vectorLength);
  });
}

export function readVectors(
  body: BlockBody,
  layout: BlockLayout['vector'],
  rows: number,
  nulls: number,
): (Float32Array | null)[] {
  const bytes = part(body.bytes, layout.values);
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const components = new Float32Array(buffer, byteOffset, bytes.length / 4);
  const dimension = components.length / rows;
  return readValidity(body, layout.validity, rows, nulls).map((isPresent, row) => {
    const vector = components.subarray(row * dimension, (row + 1) * dimension);
    if (isPresent) return vector;
    assertZero(body.key, vectorBytes(vector));
    return null;
  });
}

export function writeDigests(body: Buffer, region: Region, digests: readonly Uint8Array[]): void {
  digests.forEach((digest, row) => body.set(digest, region.offset + row * digest.length));
}

export function readDigests(body: BlockBody, region: Region, rows: number): Uint8Array[] {
  const { buffer, byteOffset } = body.bytes;
  const length = region.length / rows;
  return Array.from(
    { length: rows },
    (_, row) => new Uint8Array(buffer, byteOffset + region.offset + row * length, length),
  );
}

export function writeInt64s(body: Buffer, region: Region, values: readonly number[]): void {
  values.forEach((value, row) => body.writeBigInt64LE(BigInt(value), region.offset + 8 * row));
}

export function readInt64s(body: BlockBody, region: Region): number[] {
  return Array.from({ length: region.length / 8 }, (_, row) =>
    Number(body.bytes.readBigInt64LE(region.offset + 8 * row)),
  );
}

export function writeInt32s(body: Buffer, region: Region, values: readonly number[]): void {
  values.forEach((value, row) => body.writeInt32LE(value, region.offset + 4 * row));
}

export function readInt32s(body: BlockBody, region: Region): number[] {
  return Array.from({ length: region.length / 4 }, (_, row) => body.bytes.readInt32LE(region.offset + 4 * row));
}

export function writeBits(body: Buffer, region: Region, bits: readonly boolean[]): void {
  bits.forEach((bit, row) => {
    const at = region.offset + (row >> 3);
    if (bit) body.writeUInt8(body.readUInt8(at) | (1 << (row & 7)), at);
  });
}

export function readBits(body: BlockBody, region: Region, rows: number): boolean[] {
  const bytes = part(body.bytes, region);
  const unused = bytes.length * 8 - rows;
  if (unused > 0 && bytes.readUInt8(bytes.length - 1) >> (8 - unused) !== 0) {
    throw undecodable(body.key, 'unused bits of zero', 'others');
  }
  return Array.from({ length: rows }, (_, row) => ((bytes.readUInt8(row >> 3) >> (row & 7)) & 1) === 1);
}

/** Which rows have a value: all, where there is no bitmap. */
function readValidity(body: BlockBody, region: Region, rows: number, nulls: number): boolean[] {
  if (region.length === 0) return new Array<boolean>(rows).fill(true);
  const isPresent = readBits(body, region, rows);
  const absent = isPresent.filter((present) => !present).length;
  if (absent !== nulls) throw undecodable(body.key, `${nulls} nulls`, absent);
  return isPresent;
}

/** Every byte of the body that lies between two buffers. */
export function assertPadding(body: BlockBody, layout: BlockLayout): void {
  layout.regions.forEach(({ offset, length }, index) => {
    const next = layout.regions[index + 1]?.offset ?? layout.bodyLength;
    assertZero(body.key, body.bytes.subarray(offset + length, next));
  });
}

function writeValidity(body: Buffer, region: Region, values: readonly unknown[]): void {
  if (region.length === 0) return;
  writeBits(
    body,
    region,
    values.map((value) => value !== null),
  );
}

function part(bytes: Buffer, { offset, length }: Region): Buffer {
  return bytes.subarray(offset, offset + length);
}

function assertTextEnd(key: string, bytes: Buffer, start: number, end: number): void {
  if (end < start || end > bytes.length) throw undecodable(key, `an end from ${start} to ${bytes.length}`, end);
  const isInsideCharacter = end < bytes.length && (bytes.readUInt8(end) & 0xc0) === 0x80;
  if (isInsideCharacter) throw undecodable(key, 'texts of whole characters', end);
}

function assertZero(key: string, bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) throw undecodable(key, 'unused bytes of zero', 'others');
}
