// Catches a lookup that misses a standing row (its id is then published twice), reads bytes nobody checked, or reads a block again and again.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { idHash, sha256, type Digest } from '../domain/digest.ts';
import type { BlockSeal, IndexRef } from '../domain/facts.ts';
import { refOf } from '../domain/fact.ts';
import { limits } from '../domain/limits.ts';
import type { IndexEntry } from '../domain/row.ts';
import { encodeIndex, openIndex } from './segment-index.ts';

const key = 'collections/lines/segments/s.index';
const seals: BlockSeal[] = [
  { offset: 700, length: 9_000, digest: 'ab'.repeat(32), rows: 256, firstId: '' },
  { offset: 9_700, length: 400, digest: 'cd'.repeat(32), rows: 3, firstId: 'z～😀' },
];

function entryOf(id: string, row: number): IndexEntry {
  return {
    idHash: idHash(id),
    sequence: row % 5 === 0 ? Number.MAX_SAFE_INTEGER - row : row,
    line: row === 3 ? 2 ** 31 - 1 : row + 1,
    row,
    tombstone: row % 3 === 0,
    content: sha256(`content of ${id}`),
    digest: sha256(`digest of ${id}`),
  };
}

const entriesOf = (length: number) => Array.from({ length }, (_, row) => entryOf(`id ${row}`, row));
const byHash = (a: IndexEntry, b: IndexEntry) => Buffer.compare(a.idHash, b.idHash);
const ascending = (hashes: readonly Digest[]) => hashes.toSorted((a, b) => Buffer.compare(a, b));

function plain(entry: IndexEntry | null) {
  if (entry === null) return null;
  const [hash, content, digest] = [entry.idHash, entry.content, entry.digest].map((each) => Buffer.from(each));
  return { ...entry, idHash: hash, content, digest };
}

async function collect(entries: AsyncIterable<IndexEntry>): Promise<IndexEntry[]> {
  const collected: IndexEntry[] = [];
  for await (const entry of entries) collected.push(entry);
  return collected;
}

function encoded(entries: readonly IndexEntry[]) {
  const { bytes, tables } = encodeIndex(entries, seals);
  const ref: IndexRef = { ...refOf(key, bytes), tables };
  return { bytes, ref };
}

/** Opens an index and records which ranges are read. */
async function opened(entries: readonly IndexEntry[]) {
  const { bytes, ref } = encoded(entries);
  const reads: number[] = [];
  const index = await openIndex(ref, async (offset, length) => {
    reads.push(offset);
    return bytes.subarray(offset, offset + length);
  });
  return { index, reads };
}

test('a lookup answers as a map of the entries does', async () => {
  const ids = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(ids, fc.array(fc.string({ maxLength: 3 })), async (held, others) => {
      const entries = held.map(entryOf);
      const { index } = await opened(entries);
      const model = new Map(entries.map((entry) => [Buffer.from(entry.idHash).toString('hex'), entry]));
      const hashes = ascending([...held, ...others].map(idHash));
      const expected = hashes.map((hash) => model.get(Buffer.from(hash).toString('hex')) ?? null);
      expect((await index.lookup(hashes)).map(plain)).toEqual(expected.map(plain));
      expect((await collect(index.entries())).map(plain)).toEqual(entries.toSorted(byHash).map(plain));
      expect(index.entryCount).toBe(entries.length);
    }),
  );
});

test('entries in any order make the same bytes', () => {
  const entries = entriesOf(50);
  expect(encodeIndex(entries.toReversed(), seals)).toEqual(encodeIndex(entries, seals));
});

test('it holds the block table of its segment', async () => {
  const { index } = await opened(entriesOf(3));
  expect(index.blocks).toEqual(seals);
});

test('a lookup finds every entry of many blocks, reading each block once', async () => {
  const entries = entriesOf(limits.indexBlockEntriesMax * 20 + 1);
  const { index, reads } = await opened(entries);
  const sorted = entries.toSorted(byHash);
  const found = await index.lookup(sorted.map((entry) => entry.idHash));
  expect(found.map((entry) => entry?.row)).toEqual(sorted.map((entry) => entry.row));
  expect(reads).toHaveLength(1 + 1 + 21);
  expect(new Set(reads).size).toBe(reads.length);
});

test('a lookup reads no block for most absent ids, and no cached block again', async () => {
  const { index, reads } = await opened(entriesOf(limits.indexBlockEntriesMax * 4));
  const absent = ascending(Array.from({ length: 200 }, (_, n) => idHash(`absent ${n}`)));
  expect((await index.lookup(absent)).every((entry) => entry === null)).toBe(true);
  const [tables, filter, ...blocks] = reads;
  expect([tables, filter]).not.toContain(undefined);
  expect(blocks.length).toBeLessThan(5);
  await index.lookup([idHash('id 7')]);
  const before = reads.length;
  await index.lookup([idHash('id 7'), idHash('id 7')]);
  expect(reads).toHaveLength(before);
});

test('an index of nothing finds nothing', async () => {
  const { index } = await opened([]);
  expect(await index.lookup([idHash('a')])).toEqual([null]);
  expect(await collect(index.entries())).toEqual([]);
});

test('an id twice, or hashes out of order, are our defect', async () => {
  const [entry] = entriesOf(1);
  if (entry === undefined) throw new Error('no entry');
  const defect = { kind: 'Internal', code: 'hashes-unsorted' };
  expect(() => encodeIndex([entry, { ...entry, row: 1 }], seals)).toThrow(expect.objectContaining(defect));
  const { index } = await opened([entry]);
  const hashes = ascending([idHash('a'), idHash('b')]).toReversed();
  await expect(index.lookup(hashes)).rejects.toMatchObject(defect);
});

test('every flip is refused by whoever reads its part, naming the key', async () => {
  const entries = entriesOf(5);
  const { bytes, ref } = encoded(entries);
  const hashes = ascending(entries.map((entry) => entry.idHash));
  const codes = new Map<string, number>();
  for (let at = 0; at < bytes.length; at++) {
    const damaged = new Uint8Array(bytes);
    damaged[at] = (bytes[at] ?? 0) ^ 0x10;
    const read = async (offset: number, length: number) => damaged.subarray(offset, offset + length);
    const outcome = await openIndex(ref, read)
      .then(async (index) => [await index.lookup(hashes), await collect(index.entries())])
      .then(
        () => 'unread',
        (error: unknown) =>
          `${(error as { code: string }).code} ${(error as { details: { key: string } }).details.key}`,
      );
    codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
  }
  expect(codes).toEqual(
    new Map([
      ['unread', 8 + 4 + 8],
      [`index-block ${key}`, 5 * 120],
      [`index-filter ${key}`, 7],
      [`index-tables ${key}`, ref.tables.length],
    ]),
  );
});

test('a range that comes back short is refused', async () => {
  const { bytes, ref } = encoded(entriesOf(5));
  const short = async (offset: number, length: number) => bytes.subarray(offset, offset + length - 1);
  await expect(openIndex(ref, short)).rejects.toMatchObject({ kind: 'Corrupt', code: 'index-tables' });
});
