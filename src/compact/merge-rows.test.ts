// Catches a merge whose result depends on which delta came first, twice or together with which: two runs would publish different snapshots.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRow } from '../../test/any-rows.ts';
import { grouped, shuffled, tallyOfRows } from '../../test/any-tally.ts';
import type { Row } from '../domain/row.ts';
import { addTallies, emptyTally, type Tally } from '../domain/tally.ts';
import { mergeRows, type MergedRows } from './merge-rows.ts';

const space = { model: 'm', dimension: 1 };

/** Few ids, versions and vectors, so that they meet: newer versions, the same row twice, two rows of one version. */
const anyRow: fc.Arbitrary<Row> = fc
  .record({
    id: fc.constantFrom('a', 'b', '～', '😀'),
    sequence: fc.integer({ min: 1, max: 3 }),
    line: fc.integer({ min: 1, max: 2 }),
    document: fc.constantFrom(null, 'text'),
    vector: fc.constantFrom(null, Float32Array.of(1), Float32Array.of(2)),
  })
  .map((fields) => makeRow({ ...fields, document: fields.vector && fields.document, metadata: null }, space));
const anyDeltas = fc.array(fc.array(anyRow, { maxLength: 6 }), { maxLength: 5 });

test('the highest version of each id stays, of one version the row with the smallest digest, sorted by the bytes of the ids', () => {
  fc.assert(
    fc.property(anyDeltas, (deltas) => {
      const all = deltas.flat();
      const ids = [...new Set(all.map(({ id }) => id))].toSorted((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      expect(mergeRows(deltas).rows.map(nameOf)).toEqual(ids.map((id) => bestOf(all.filter((row) => row.id === id))));
    }),
    { numRuns: 500 },
  );
});

test('every row that went in is in the result or counted, in rows, contents and keys', () => {
  fc.assert(
    fc.property(anyDeltas, (deltas) => {
      const merged = mergeRows(deltas);
      expect(merged.input).toEqual(tallyOfRows(deltas.flat()));
      expect(endOf(merged)).toEqual(merged.input);
    }),
  );
});

test('of every version below the highest one row is superseded; what repeats a version is a duplicate', () => {
  fc.assert(
    fc.property(anyDeltas, (deltas) => {
      const { rows, superseded, duplicates } = mergeRows(deltas);
      const winners = new Map(rows.map((row) => [row.id, row]));
      const versions = Map.groupBy(deltas.flat(), ({ id, sequence, line }) => JSON.stringify([id, sequence, line]));
      const sorted = [...versions.values()].map((same) => same.toSorted((a, b) => Buffer.compare(a.digest, b.digest)));
      const isLive = ({ id, sequence, line }: Row): boolean =>
        winners.get(id)?.sequence === sequence && winners.get(id)?.line === line;
      const firsts = sorted.flatMap((same) => same.slice(0, 1));
      expect(superseded).toEqual(tallyOfRows(firsts.filter((row) => !isLive(row))));
      expect(duplicates).toEqual(tallyOfRows(sorted.flatMap((same) => same.slice(1))));
    }),
  );
});

test('neither the order of deltas nor that of their rows changes anything', () => {
  const arranged = anyDeltas.chain((deltas) =>
    fc.tuple(
      fc.constant(deltas),
      shuffled(deltas),
      shuffled(deltas.flat()).chain((rows) => grouped(rows)),
    ),
  );
  fc.assert(
    fc.property(arranged, ([deltas, inAnotherOrder, regrouped]) => {
      const merged = mergeRows(deltas);
      expect(mergeRows(inAnotherOrder)).toEqual(merged);
      expect(mergeRows(regrouped)).toEqual(merged);
    }),
  );
});

test('merging groups first gives the same rows, and loses as many', () => {
  fc.assert(
    fc.property(
      anyDeltas.chain((deltas) => fc.tuple(fc.constant(deltas), grouped(deltas))),
      ([deltas, groups]) => {
        const whole = mergeRows(deltas);
        const parts = groups.map((group) => mergeRows(group));
        const last = mergeRows(parts.map(({ rows }) => rows));
        expect(last.rows).toEqual(whole.rows);
        expect(addTallies(...parts.map(lossOf), lossOf(last))).toEqual(lossOf(whole));
      },
    ),
  );
});

test('deltas that come again change no row, and are counted again', () => {
  const repeated = anyDeltas.chain((deltas) => fc.tuple(fc.constant(deltas), fc.shuffledSubarray(deltas)));
  fc.assert(
    fc.property(repeated, ([deltas, again]) => {
      const merged = mergeRows([...again, ...deltas]);
      expect(merged.rows).toEqual(mergeRows(deltas).rows);
      expect(merged.input).toEqual(addTallies(tallyOfRows(deltas.flat()), tallyOfRows(again.flat())));
      expect(endOf(merged)).toEqual(merged.input);
    }),
  );
});

test('what is merged stays as it is when it is merged again', () => {
  fc.assert(
    fc.property(anyDeltas, (deltas) => {
      const { rows } = mergeRows(deltas);
      const tally = tallyOfRows(rows);
      expect(mergeRows([rows])).toEqual({ rows, input: tally, superseded: emptyTally, duplicates: emptyTally });
      expect(mergeRows([rows, rows])).toMatchObject({ rows, superseded: emptyTally, duplicates: tally });
    }),
  );
});

test('nothing makes nothing', () => {
  const nothing = { rows: [], input: emptyTally, superseded: emptyTally, duplicates: emptyTally };
  expect(mergeRows([])).toEqual(nothing);
  expect(mergeRows([[], []])).toEqual(nothing);
});

test('a tombstone wins over the record that it deletes, and gives way to a later one', () => {
  const base = { id: 'a', line: 1, metadata: null };
  const record = (sequence: number): Row =>
    makeRow({ ...base, sequence, document: 'x', vector: Float32Array.of(1) }, space);
  const tombstone = makeRow({ ...base, sequence: 2, document: null, vector: null }, space);
  expect(mergeRows([[tombstone], [record(1)]]).rows).toEqual([tombstone]);
  expect(mergeRows([[tombstone], [record(1)], [record(3)]]).rows).toEqual([record(3)]);
});

/** Where the rows of a merge ended. */
function endOf(merged: MergedRows): Tally {
  return addTallies(tallyOfRows(merged.rows), lossOf(merged));
}

function lossOf({ superseded, duplicates }: MergedRows): Tally {
  return addTallies(superseded, duplicates);
}

/** Sorts as contenders do: the greatest name wins. */
function nameOf({ id, sequence, line, digest }: Row): string {
  const rank = Buffer.from(digest.map((byte) => 255 - byte)).toString('hex');
  return `${sequence} ${line} ${rank} ${id}`;
}

function bestOf(rows: readonly Row[]): string | undefined {
  return rows.map(nameOf).toSorted().at(-1);
}
