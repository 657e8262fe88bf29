// Would catch: a delta sealed from rows that do not decode to themselves (F2), or rebuilt from the very rows that failed (F3).
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRows, makeRow } from '../../test/any-rows.ts';
import { FaultyStore, flipped, keysOf } from '../../test/faulty-store.ts';
import { idHash, keyDigest } from '../domain/digest.ts';
import { toAlluviumError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import type { Row } from '../domain/row.ts';
import { emptyTally, Tallier } from '../domain/tally.ts';
import { decodeFile } from '../format/arrow-decoder.ts';
import { readBlock } from '../snapshot/open-segment.ts';
import { MemoryStore } from '../store/memory.ts';
import { sealRows } from './seal-rows.ts';

const space = { model: 'test', dimension: 2 };
const { dimension } = space;

function row(id: string, document: string | null = 'text', vector = Float32Array.of(1, 2)): Row {
  return makeRow({ id, document, metadata: null, sequence: 1, line: 1, vector }, space);
}

function keys(): () => string {
  let next = 0;
  return () => `deltas/${next++}`;
}

/** Digests come as one kind of byte array or another. */
function plain({ vector, content, digest, ...fields }: Row) {
  return { ...fields, vector: vector === null ? null : [...vector], content: [...content], digest: [...digest] };
}

function tallyOf(rows: readonly Row[]) {
  const tallier = new Tallier();
  for (const { id, sequence, line, digest } of rows) tallier.add(keyDigest(idHash(id), sequence, line), digest);
  return tallier.tally();
}

test('what is sealed decodes to the rows that went in, whole and block by block, and its tally is theirs', async () => {
  await fc.assert(
    fc.asyncProperty(anyRows(space), async (rows) => {
      const memory = new MemoryStore();
      const { object, tally, blocks } = await sealRows(memory, { newKey: keys(), rows: () => rows, dimension });
      const decoded = decodeFile(object.key, await memory.get(object.key), dimension);
      expect([...decoded].map(plain)).toEqual(rows.map(plain));
      const read: Row[] = [];
      for (const block of blocks) read.push(...(await readBlock(memory, object.key, block, dimension)));
      expect(read.map(plain)).toEqual(rows.map(plain));
      expect(tally).toEqual(tallyOf(rows));
    }),
    { numRuns: 50 },
  );
});

test('no rows are sealed as an empty file', async () => {
  const sealed = await sealRows(new MemoryStore(), { newKey: keys(), rows: () => [], dimension });
  expect(sealed).toMatchObject({ tally: emptyTally, blocks: [] });
});

test('a retry asks for the rows anew, and the blocks are of the attempt that held', async () => {
  const memory = new MemoryStore();
  let reads = 0;
  const store = new FaultyStore(memory, {
    read: async (_, forward) => (reads++ < 2 ? flipped(await forward()) : forward()),
  });
  const attempts: number[] = [];
  const { object, tally, blocks } = await sealRows(store, {
    newKey: keys(),
    rows: (attempt) => {
      attempts.push(attempt);
      // Row by row, as from escrow.
      return (async function* () {
        for (const id of ['a', 'b', 'c']) yield row(id);
      })();
    },
    dimension,
  });
  expect(attempts).toEqual([0, 1, 2]);
  expect(object.key).toBe('deltas/2');
  expect(tally.rows).toBe(3);
  expect(blocks.map(({ rows }) => rows)).toEqual([3]);
  expect(await keysOf(memory)).toEqual([object.key]);
});

/** A row with a field that is another one whenever it is read again: memory that fails between encoding and check. */
function unstable<Field extends keyof Row>(original: Row, field: Field, later: Row[Field], readsBefore: number): Row {
  let reads = 0;
  return Object.defineProperty({ ...original }, field, {
    enumerable: true,
    get: () => (reads++ < readsBefore ? original[field] : later),
  });
}

test.each<[keyof Row, Row[keyof Row]]>([
  ['id', 'b'],
  ['vector', Float32Array.of(1, 3)],
  ['document', 'test'],
  ['metadata', '{}'],
  ['sequence', 2],
  ['line', 2],
  ['content', new Uint8Array(32)],
  ['digest', new Uint8Array(32)],
])('a %s that is not what it was when it was encoded is our defect: nothing is sealed', async (field, later) => {
  const endings: string[] = [];
  // Whichever read it is from which on it differs: before encoding nobody can tell, after the check nobody looks.
  for (let readsBefore = 1; readsBefore <= 12; readsBefore++) {
    const memory = new MemoryStore();
    const rows = () => [unstable(row('a'), field, later, readsBefore)];
    const sealed = sealRows(memory, { newKey: keys(), rows, dimension });
    const ending = await sealed.then(() => 'sealed', codeOf);
    expect(await keysOf(memory)).toEqual(ending === 'sealed' ? ['deltas/0'] : []);
    endings.push(ending);
  }
  expect(new Set(endings)).toEqual(new Set(['sealed', 'Internal encode-decode']));
});

function codeOf(error: unknown): string {
  const { kind, code } = toAlluviumError(error);
  return `${kind} ${code}`;
}

test('memory stays at a block: rows are taken as they are written, not before', async () => {
  const total = limits.blockRowsMax * 4;
  let made = 0;
  let madeAtFirstBlock = 0;
  const memory = new MemoryStore();
  const store = new FaultyStore(memory, {});
  store.put = async (key, body, options) => {
    const watched = (async function* () {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        if (chunk.length > limits.blockRowsMax * 64) madeAtFirstBlock ||= made;
        yield chunk;
      }
    })();
    return memory.put(key, watched, options);
  };
  const rows = function* () {
    for (; made < total; made++) yield row(String(made).padStart(6, '0'));
  };
  const { tally } = await sealRows(store, { newKey: keys(), rows, dimension });
  expect(tally.rows).toBe(total);
  expect(madeAtFirstBlock).toBeLessThanOrEqual(limits.blockRowsMax + 1);
  expect(madeAtFirstBlock).toBeGreaterThan(0);
});
