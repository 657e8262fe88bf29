import { canonicalJson } from '../domain/canonical-json.ts';
import { digestBytes, sha256Hex, type Digest } from '../domain/digest.ts';
import { corrupt, internal } from '../domain/errors.ts';
import type { BlockSeal, IndexRef } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import type { IndexEntry } from '../domain/row.ts';
import { BloomFilter } from './bloom-filter.ts';
import { IndexBlock, lastNotAfter } from './index-block.ts';

/**
 * The index of a segment: which ids it holds, in which version, at which row; and the segment's block table.
 *
 * 1. One entry an id: compaction leaves one version of each.
 * 2. Every byte that is used was checked: tables against the reference, blocks and filter against the tables.
 * 3. A lookup reads the filter once, then only blocks that may hold what it looks for, each once.
 */

const indexMagic = Buffer.from('ALVINDX1', 'latin1');

/** Some bytes of the index, and what they must be. */
interface Part {
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
}

interface BlockTableEntry extends Part {
  readonly firstHash: string;
  readonly entries: number;
}

interface Tables {
  readonly entries: number;
  readonly blocks: readonly BlockTableEntry[];
  readonly filter: Part & { readonly hashes: number };
  readonly segment: { readonly blocks: readonly BlockSeal[] };
}

export interface EncodedIndex {
  readonly bytes: Uint8Array;
  readonly tables: IndexRef['tables'];
}

/** Entries in any order, no two of the same id. */
export function encodeIndex(entries: readonly IndexEntry[], segmentBlocks: readonly BlockSeal[]): EncodedIndex {
  const sorted = entries.toSorted((a, b) => Buffer.compare(a.idHash, b.idHash));
  assertAscending(
    sorted.map((entry) => entry.idHash),
    1,
  );
  const chunks: Uint8Array[] = [indexMagic];
  let end = indexMagic.length;
  const place = (chunk: Uint8Array): Part => {
    const part = { offset: end, length: chunk.length, digest: sha256Hex(chunk) };
    chunks.push(chunk);
    end += chunk.length;
    return part;
  };
  const blocks = chunksOf(sorted, limits.indexBlockEntriesMax).map((members) => ({
    ...place(IndexBlock.encode(members)),
    firstHash: hexOf(members[0]?.idHash),
    entries: members.length,
  }));
  const { bytes, hashes } = BloomFilter.of(sorted.map((entry) => entry.idHash));
  const filter = { ...place(bytes), hashes };
  const tables: Tables = { entries: sorted.length, blocks, filter, segment: { blocks: segmentBlocks } };
  const placed = place(Buffer.from(canonicalJson(tables)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(placed.length);
  return { bytes: Buffer.concat([...chunks, length, indexMagic]), tables: placed };
}

export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

/** Reads the tables. Throws `Corrupt` (`index-tables`) where they are not those that `ref` names. */
export async function openIndex(ref: IndexRef, read: ReadRange): Promise<SegmentIndex> {
  const bytes = await readPart(ref.key, 'index-tables', ref.tables, read);
  return new SegmentIndex(ref.key, JSON.parse(Buffer.from(bytes).toString()) as Tables, read);
}

/** An opened index. Reads throw `Corrupt` (`index-block`, `index-filter`) for bytes that are not the sealed ones. */
export class SegmentIndex {
  /** The blocks of the segment, in the order of its rows. */
  readonly blocks: readonly BlockSeal[];
  readonly entryCount: number;
  readonly #key: string;
  readonly #tables: Tables;
  readonly #read: ReadRange;
  readonly #firstHashes: Buffer;
  #filter: BloomFilter | null = null;
  /** Least recently used first. */
  readonly #cached = new Map<number, IndexBlock>();

  constructor(key: string, tables: Tables, read: ReadRange) {
    this.#key = key;
    this.#tables = tables;
    this.#read = read;
    this.#firstHashes = Buffer.from(tables.blocks.map((block) => block.firstHash).join(''), 'hex');
    this.blocks = tables.segment.blocks;
    this.entryCount = tables.entries;
  }

  /** Every entry, ascending by id hash; memory stays at one block. */
  async *entries(): AsyncGenerator<IndexEntry> {
    for (const part of this.#tables.blocks) {
      const block = await this.#readBlock(part);
      for (let position = 0; position < block.length; position++) yield block.entry(position);
    }
  }

  /** For each of these hashes, which must ascend, its entry or null. */
  async lookup(sortedHashes: readonly Digest[]): Promise<(IndexEntry | null)[]> {
    assertAscending(sortedHashes, 0);
    if (sortedHashes.length === 0 || this.entryCount === 0) return sortedHashes.map(() => null);
    const filter = await this.#loadFilter();
    const found: (IndexEntry | null)[] = [];
    for (const hash of sortedHashes) found.push(filter.mayHold(hash) ? await this.#find(hash) : null);
    return found;
  }

  async #find(hash: Digest): Promise<IndexEntry | null> {
    const number = lastNotAfter(this.#tables.blocks.length, (position) => {
      const start = position * digestBytes;
      return this.#firstHashes.compare(hash, 0, digestBytes, start, start + digestBytes);
    });
    return number < 0 ? null : (await this.#cachedBlock(number)).find(hash);
  }

  async #cachedBlock(number: number): Promise<IndexBlock> {
    const part = this.#tables.blocks[number];
    if (part === undefined) throw internal('index-block-number', `an index has no block ${number}`);
    const block = this.#cached.get(number) ?? (await this.#readBlock(part));
    this.#cached.delete(number);
    this.#cached.set(number, block);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > limits.indexBlocksCachedMax && oldest !== undefined) this.#cached.delete(oldest);
    return block;
  }

  async #readBlock(part: Part): Promise<IndexBlock> {
    return new IndexBlock(await readPart(this.#key, 'index-block', part, this.#read));
  }

  async #loadFilter(): Promise<BloomFilter> {
    const { filter } = this.#tables;
    this.#filter ??= new BloomFilter(await readPart(this.#key, 'index-filter', filter, this.#read), filter.hashes);
    return this.#filter;
  }
}

async function readPart(key: string, code: string, part: Part, read: ReadRange): Promise<Uint8Array> {
  const bytes = await read(part.offset, part.length);
  const actual = sha256Hex(bytes);
  if (actual !== part.digest) throw corrupt(code, key, part.digest, actual, { details: { offset: part.offset } });
  return bytes;
}

/** Each at least `step` after the one before it: 1 for strictly. */
function assertAscending(hashes: readonly Digest[], step: 0 | 1): void {
  for (let position = 1; position < hashes.length; position++) {
    const [previous, hash] = [hashes[position - 1], hashes[position]];
    if (previous !== undefined && hash !== undefined && Buffer.compare(hash, previous) >= step) continue;
    throw internal('hashes-unsorted', `id hashes must ascend, at position ${position}`);
  }
}

function chunksOf<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
}

function hexOf(digest: Digest | undefined): string {
  return Buffer.from(digest ?? []).toString('hex');
}
