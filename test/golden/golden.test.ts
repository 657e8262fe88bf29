// Catches a change that cannot read what an older version wrote, or that writes the same rows to other bytes: stores then stop being readable,
// and receipts, seals and resumed executions stop agreeing.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sha256Hex, vectorBytes } from '../../src/domain/digest.ts';
import { decodeFact, refOf } from '../../src/domain/fact.ts';
import type { BlockSeal, CollectionFact } from '../../src/domain/facts.ts';
import type { IndexEntry, Row } from '../../src/domain/row.ts';
import type { Tally } from '../../src/domain/tally.ts';
import { decodeBlock, decodeFile } from '../../src/format/arrow-decoder.ts';
import { decodeContents } from '../../src/format/contents.ts';
import { DeadRows } from '../../src/format/dead-rows.ts';
import { checkRow } from '../../src/format/row-check.ts';
import { openIndex } from '../../src/format/segment-index.ts';
import {
  goldenContents,
  goldenDeadRows,
  goldenEntries,
  goldenFact,
  goldenFactKey,
  goldenFolder,
  goldenRows,
  goldenSpace,
  makeGoldenFiles,
} from './make.ts';

interface GoldenDigests {
  readonly files: Readonly<Record<string, string>>;
  readonly tables: { readonly offset: number; readonly length: number; readonly digest: string };
  readonly blocks: readonly BlockSeal[];
  readonly tally: Tally;
}

const golden = (name: string): Uint8Array => readFileSync(path.join(goldenFolder, name));
const digests = JSON.parse(golden('digests.json').toString()) as GoldenDigests;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function plainRow(row: Row) {
  const bits = row.vector === null ? null : hexOf(vectorBytes(row.vector));
  return { ...row, vector: bits, content: hexOf(row.content), digest: hexOf(row.digest) };
}

function plainEntry(entry: IndexEntry) {
  return { ...entry, idHash: hexOf(entry.idHash), content: hexOf(entry.content), digest: hexOf(entry.digest) };
}

test("today's writers make the golden files", async () => {
  for (const [name, bytes] of await makeGoldenFiles()) {
    expect(Buffer.compare(bytes, golden(name)), name).toBe(0);
  }
});

test('the golden files are the ones that were committed', () => {
  const committed = {
    'delta.arrow': '8a2889720fb58e8a39e2c7b04c7c9726e9511dbf33608365323cd937b1404043',
    'segment.index': '5a6756d0650f61044cb107472cbe1ebf1bfb774e781fb2df7d1805c6d9717892',
    dead: '9ec41e007edcc61c0215608472c17dadcc769c3a4fa2fba2147681044d47ea1e',
    contents: '2e2784adce940f4c580d44c0afbe8be84c164108211bb7e0f4e11086209379a7',
    'fact.json': '03db37d6a63acf71e0b091d5c7888499c5a4c245537e93681626bebb2bcb7ca0',
  };
  expect(digests.files).toEqual(committed);
  for (const [name, digest] of Object.entries(committed)) expect(sha256Hex(golden(name)), name).toBe(digest);
});

test("today's reader reads the golden delta, whole and by block", () => {
  const file = golden('delta.arrow');
  const expected = goldenRows.map(plainRow);
  expect(decodeFile('delta.arrow', file, goldenSpace.dimension).map(plainRow)).toEqual(expected);
  const rows = digests.blocks.flatMap(({ offset, length }) =>
    decodeBlock('delta.arrow', file.subarray(offset, offset + length), goldenSpace.dimension),
  );
  expect(rows.map(plainRow)).toEqual(expected);
  for (const row of rows) checkRow('delta.arrow', row, goldenSpace);
});

test("today's reader reads the golden index", async () => {
  const bytes = golden('segment.index');
  const ref = { ...refOf('segment.index', bytes), tables: digests.tables };
  const index = await openIndex(ref, async (offset, length) => bytes.subarray(offset, offset + length));
  expect(index.blocks).toEqual(digests.blocks);
  const entries: IndexEntry[] = [];
  for await (const entry of index.entries()) entries.push(entry);
  const expected = goldenEntries.toSorted((a, b) => Buffer.compare(a.idHash, b.idHash)).map(plainEntry);
  expect(entries.map(plainEntry)).toEqual(expected);
  const found = await index.lookup(entries.map((entry) => entry.idHash));
  expect(found.flatMap((entry) => entry ?? []).map(plainEntry)).toEqual(expected);
});

test("today's reader reads the golden deletion vector, sidecar and fact", () => {
  const dead = DeadRows.decode('dead', golden('dead'), goldenRows.length);
  expect(
    goldenRows
      .keys()
      .filter((row) => dead.has(row))
      .toArray(),
  ).toEqual(goldenDeadRows);
  const contents = decodeContents('contents', golden('contents'));
  const expected = goldenContents.toSorted((a, b) => Buffer.compare(a.idHash, b.idHash));
  expect(contents.map((entry) => [hexOf(entry.idHash), hexOf(entry.content), entry.line])).toEqual(
    expected.map((entry) => [hexOf(entry.idHash), hexOf(entry.content), entry.line]),
  );
  const { fact } = decodeFact<CollectionFact>(goldenFactKey, golden('fact.json'));
  expect(fact).toEqual({ ...goldenFact, key: goldenFactKey });
});

test('the excerpts in FORMAT.md are those of the golden files', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../FORMAT.md'), 'utf8');
  const excerpts = [...text.matchAll(/```hexdump (\S+)\n(.*?)```/gs)];
  expect(excerpts.length).toBeGreaterThan(4);
  for (const [, name = '', lines = ''] of excerpts) {
    const bytes = golden(name);
    for (const line of lines.split('\n').filter((each) => each !== '' && each !== '...')) {
      const [, offset = '', hex = ''] =
        /^([0-9a-f]{6}) {2}((?:[0-9a-f]{2}(?: |$)){1,16})/.exec(line) ?? expect.fail(line);
      const excerpt = hex.replaceAll(' ', '');
      const start = Number.parseInt(offset, 16);
      expect(hexOf(bytes.subarray(start, start + excerpt.length / 2)), `${name}: ${line}`).toBe(excerpt);
    }
  }
});
