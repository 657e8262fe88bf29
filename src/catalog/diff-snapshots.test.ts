// Would catch: an id that two versions differ in and that is not told, or the other way round, whatever segments they share.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bringHome, handIn, newStore } from '../../test/handed-in.ts';
import { compareIds } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Row } from '../domain/row.ts';
import { readRows } from '../query/read-rows.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { diffSnapshots, type SnapshotDiff } from './diff-snapshots.ts';
import { listSnapshots } from './snapshots.ts';

type Live = ReadonlyMap<string, Row>;

async function liveIn({ store }: AlluviumStore, version: number): Promise<Live> {
  const rows = await Array.fromAsync(readRows(store, 'abc', { version }));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The difference as whoever reads both versions whole finds it. */
function differenceOf(before: Live, after: Live): Omit<SnapshotDiff, 'collection' | 'from' | 'to'> {
  const isSame = (id: string): boolean => Buffer.compare(must(before, id).digest, must(after, id).digest) === 0;
  const isSameVersion = (id: string): boolean =>
    must(before, id).sequence === must(after, id).sequence && must(before, id).line === must(after, id).line;
  const ids = [...new Set([...before.keys(), ...after.keys()])].toSorted(compareIds);
  const added = ids.filter((id) => !before.has(id));
  const removed = ids.filter((id) => !after.has(id));
  const both = ids.filter((id) => before.has(id) && after.has(id));
  const changed = both.filter((id) => !isSame(id));
  const renewed = both.filter((id) => isSame(id) && !isSameVersion(id));
  return {
    added: added.length,
    removed: removed.length,
    changed: changed.length,
    renewed: renewed.length,
    examples: { added, removed, changed },
  };
}

function must(rows: Live, id: string): Row {
  const row = rows.get(id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
}

const anyRecord = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', '～', '😀'),
  vector: fc.constantFrom([1, 0], [0, 1]),
});
const anyHandIn = fc.uniqueArray(anyRecord, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });

test('between any two versions, it is what their rows tell', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyHandIn, { minLength: 2, maxLength: 4 }), fc.boolean(), async (handIns, force) => {
      const { store } = await newStore();
      for (const records of handIns) {
        await handIn(store, records, { force });
        await bringHome(store, { deltasPerChunk: 2 });
      }
      const versions = (await listSnapshots(store)).snapshots.map(({ version }) => version);
      expect(versions.length).toBeGreaterThan(0);
      for (const from of versions) {
        for (const to of versions) {
          const expected = differenceOf(await liveIn(store, from), await liveIn(store, to));
          expect(await diffSnapshots(store, 'abc', from, to)).toEqual({ collection: 'abc', from, to, ...expected });
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('counts are exact where examples are only some', async () => {
  const { store } = await newStore();
  const records = (first: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: `r${first + n}`, vector: [1] }));
  await handIn(store, records(0, 1), { recordsPerBatch: 100 });
  await bringHome(store);
  await handIn(store, records(1, 57), { recordsPerBatch: 100 });
  await bringHome(store);
  const { added, examples } = await diffSnapshots(store, 'abc', 1, 2);
  expect(added).toBe(57);
  expect(examples.added).toHaveLength(limits.examplesMax);
  expect(new Set(examples.added).size).toBe(limits.examplesMax);
  for (const id of examples.added) expect(id).toMatch(/^r[1-9]/);
});

test('a version that is not there, and one that is', async () => {
  const { store } = await newStore();
  await handIn(store, [{ id: 'a', vector: [1] }]);
  await expect(diffSnapshots(store, 'abc', 1, 1)).rejects.toMatchObject({ code: 'nothing-published' });
  await bringHome(store);
  await expect(diffSnapshots(store, 'abc', 1, 2)).rejects.toMatchObject({
    kind: 'NotFound',
    code: 'version-absent',
    hint: 'the newest is 1: alluvium snapshots list -c abc',
  });
  await expect(diffSnapshots(store, 'other', 1, 1)).rejects.toMatchObject({ code: 'collection-absent' });
});
