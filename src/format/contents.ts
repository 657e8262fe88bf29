import { digestBytes } from '../domain/digest.ts';
import { corrupt, internal } from '../domain/errors.ts';
import type { ContentEntry } from '../domain/row.ts';

/**
 * The sidecar of a batch's request: which ids it holds, with which content, so that a later hand-in can tell what is unchanged.
 *
 * 1. Entries ascend by id hash, then line, and none is there twice: equal sets have equal bytes.
 */

const contentsMagic = Buffer.from('ALVCONT1', 'latin1');

const headerBytes = contentsMagic.length + 4;
const entryBytes = 2 * digestBytes + 4;

/** Entries in any order. */
export function encodeContents(entries: readonly ContentEntry[]): Uint8Array {
  const bytes = Buffer.alloc(headerBytes + entries.length * entryBytes);
  bytes.set(contentsMagic);
  bytes.writeUInt32LE(entries.length, contentsMagic.length);
  const sorted = entries.toSorted(compareEntries);
  const repeated = firstUnsorted(sorted);
  if (repeated !== -1)
    throw internal('contents-repeated', `a sidecar cannot hold a record twice, at entry ${repeated}`);
  sorted.forEach(({ idHash, content, line }, position) => {
    const start = headerBytes + position * entryBytes;
    bytes.set(idHash, start);
    bytes.set(content, start + digestBytes);
    bytes.writeUInt32LE(line, start + 2 * digestBytes);
  });
  return bytes;
}

/** Its digests are views of `bytes`. Throws `Corrupt` (`contents-undecodable`) unless they are a sidecar. */
export function decodeContents(key: string, bytes: Uint8Array): ContentEntry[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.subarray(0, contentsMagic.length).equals(contentsMagic) || buffer.length < headerBytes) {
    throw undecodable(key, 'a sidecar of format 1', 'other bytes');
  }
  const count = buffer.readUInt32LE(contentsMagic.length);
  const expected = headerBytes + count * entryBytes;
  if (buffer.length !== expected) throw undecodable(key, `${expected} bytes`, buffer.length);
  const entries = Array.from({ length: count }, (_, position) => entryAt(buffer, headerBytes + position * entryBytes));
  const unsorted = firstUnsorted(entries);
  if (unsorted !== -1) throw undecodable(key, 'ascending entries', `entry ${unsorted}`);
  return entries;
}

function compareEntries(a: ContentEntry, b: ContentEntry): number {
  return Buffer.compare(a.idHash, b.idHash) || a.line - b.line;
}

/** The first entry that does not stand after the one before it, or -1. */
function firstUnsorted(entries: readonly ContentEntry[]): number {
  return entries.findIndex((entry, position) => {
    const previous = entries[position - 1];
    return previous !== undefined && compareEntries(previous, entry) >= 0;
  });
}

function entryAt(bytes: Buffer, start: number): ContentEntry {
  return {
    idHash: bytes.subarray(start, start + digestBytes),
    content: bytes.subarray(start + digestBytes, start + 2 * digestBytes),
    line: bytes.readUInt32LE(start + 2 * digestBytes),
  };
}

function undecodable(key: string, expected: string, actual: string | number) {
  return corrupt('contents-undecodable', key, expected, actual);
}
