/**
 * Makes the golden files of format 1: `node test/golden/make.ts` writes them to `test/golden/v1`.
 *
 * They are committed once. Every later version must read them to the same rows; only a new format may add a folder beside them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contentDigest, idHash, keyDigest, rowDigest, sha256Hex, type Digest } from '../../src/domain/digest.ts';
import { encodeFact } from '../../src/domain/fact.ts';
import type { CollectionFact } from '../../src/domain/facts.ts';
import { compareRows } from '../../src/domain/ids.ts';
import type { ContentEntry, IndexEntry, Row } from '../../src/domain/row.ts';
import { Tallier } from '../../src/domain/tally.ts';
import { encodeContents } from '../../src/format/contents.ts';
import { DeadRows } from '../../src/format/dead-rows.ts';
import { encodeIndex } from '../../src/format/segment-index.ts';
import { makeRow, type RowFields } from '../any-rows.ts';
import { encodeFile } from '../encoded-file.ts';

export const goldenFolder = path.join(import.meta.dirname, 'v1');
export const goldenSpace = { model: 'golden', dimension: 4 };
export const goldenFactKey = 'collections/golden/collection.json';
export const goldenDeadRows: readonly number[] = [0, 3, 255, 256, 519];

export const goldenFact: CollectionFact = {
  collection: 'golden',
  provider: 'given',
  ...goldenSpace,
  metric: 'cosine',
  createdAt: '2025-01-01T00:00:00.000Z',
};

/** One of each kind that a column can get wrong. */
const special: readonly RowFields[] = [
  { id: 'a', sequence: 1, line: 1, vector: Float32Array.of(1, 2, 3, 4), document: 'TOTAL', metadata: '{"page":1}' },
  {
    id: 'b',
    sequence: 1,
    line: 2,
    vector: Float32Array.of(0.1, -0, 2 ** -149, 3.4028234663852886e38),
    document: null,
    metadata: null,
  },
  { id: 'c', sequence: 2, line: 1, vector: null, document: null, metadata: null },
  {
    id: 'd',
    sequence: Number.MAX_SAFE_INTEGER,
    line: 2 ** 31 - 1,
    vector: Float32Array.of(-1, 0, 0, 1),
    document: '',
    metadata: '{}',
  },
  {
    id: '\u0001\n\u007f',
    sequence: 3,
    line: 4,
    vector: Float32Array.of(0, 0, 0, 1),
    document: '\u0000',
    metadata: null,
  },
  {
    id: 'Größe 7',
    sequence: 3,
    line: 5,
    vector: Float32Array.of(0, 0, 1, 0),
    document: '小計 ¥1,200',
    metadata: '{"währung":"¥"}',
  },
  { id: '～', sequence: 3, line: 6, vector: Float32Array.of(0, 1, 0, 0), document: '\ufeffmark', metadata: null },
];

/** An id that UTF-16 would put before `～`, and a vector that was handed in. */
const handedIn: RowFields = {
  id: '😀',
  sequence: 3,
  line: 7,
  vector: Float32Array.of(0.5, 0.5, 0.5, 0.5),
  document: null,
  metadata: '{"handedIn":true}',
};

/** Enough to fill two blocks of rows and one of the index, and to begin the next. */
const numbered = Array.from({ length: 512 }, (_, n): RowFields => ({
  id: `row ${String(n).padStart(3, '0')}`,
  sequence: 4,
  line: n + 1,
  vector: Float32Array.of(n / 8, -n, n / 3, 1),
  document: n % 5 === 0 ? null : `line ${n} of a receipt`,
  metadata: n % 7 === 0 ? null : `{"n":${n}}`,
}));

export const goldenRows: readonly Row[] = [
  ...[...special, ...numbered].map((fields) => makeRow(fields, goldenSpace)),
  handedInRow(handedIn),
].toSorted(compareRows);

export const goldenEntries: readonly IndexEntry[] = goldenRows.map((row, position) => {
  const { sequence, line, tombstone, content, digest } = row;
  return { idHash: idHash(row.id), sequence, line, row: position, tombstone, content, digest };
});

export const goldenContents: readonly ContentEntry[] = goldenEntries
  .slice(0, 3)
  .map(({ idHash: hash, content, line }) => ({ idHash: hash, content, line }));

/** Every file's name and bytes, as today's writers make them. */
export async function makeGoldenFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { bytes, blocks } = await encodeFile(goldenRows, goldenSpace.dimension);
  const index = encodeIndex(goldenEntries, blocks);
  const dead = new DeadRows(goldenRows.length);
  for (const row of goldenDeadRows) dead.add(row);
  const binaries = new Map<string, Uint8Array>([
    ['delta.arrow', bytes],
    ['segment.index', index.bytes],
    ['dead', dead.encode()],
    ['contents', encodeContents(goldenContents)],
    ['fact.json', encodeFact(goldenFactKey, goldenFact)],
  ]);
  const digests = {
    files: Object.fromEntries([...binaries].map(([name, file]) => [name, sha256Hex(file)])),
    tables: index.tables,
    blocks,
    ...rowDigests(),
  };
  return new Map([...binaries, ['digests.json', Buffer.from(`${JSON.stringify(digests, null, 2)}\n`)]]);
}

/** Digests of the first rows, and of all together. */
function rowDigests() {
  const tallier = new Tallier();
  for (const row of goldenRows) tallier.add(keyDigest(idHash(row.id), row.sequence, row.line), row.digest);
  const rows = [...goldenRows.slice(0, 6), ...goldenRows.slice(-2)].map((row) => ({
    id: row.id,
    sequence: row.sequence,
    line: row.line,
    idHash: hexOf(idHash(row.id)),
    key: hexOf(keyDigest(idHash(row.id), row.sequence, row.line)),
    content: hexOf(row.content),
    digest: hexOf(row.digest),
  }));
  return { rows, tally: tallier.tally() };
}

function handedInRow(fields: RowFields): Row {
  const content = contentDigest(fields, goldenSpace, fields.vector);
  return { ...fields, tombstone: false, content, digest: rowDigest(content, fields.vector) };
}

function hexOf(digest: Digest): string {
  return Buffer.from(digest).toString('hex');
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(goldenFolder, { recursive: true });
  for (const [name, bytes] of await makeGoldenFiles()) writeFileSync(path.join(goldenFolder, name), bytes);
}
