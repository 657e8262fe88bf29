// Would catch: a reader that believes bytes of a segment, its index or its deletion vector that are not the sealed ones.
import { beforeEach, expect, test } from 'vitest';
import { flipped } from '../../test/faulty-store.ts';
import { rowOf, segmentOf, space } from '../../test/sealed-deltas.ts';
import { idHash } from '../domain/digest.ts';
import { toAlluviumError } from '../domain/errors.ts';
import { refOf } from '../domain/fact.ts';
import type { LiveSegment } from '../domain/facts.ts';
import { must } from '../domain/must.ts';
import { emptyTally } from '../domain/tally.ts';
import { DeadRows } from '../format/dead-rows.ts';
import { MemoryStore } from '../store/memory.ts';
import { openSegmentIndex, readBlock, readDeadRows } from './open-segment.ts';

let memory: MemoryStore;
let segment: LiveSegment;

beforeEach(async () => {
  memory = new MemoryStore();
  const { segment: entry } = await segmentOf(memory, [rowOf('a', 1), rowOf('b', 1, 2), rowOf('c', 1, 3)]);
  const dead = new DeadRows(3);
  dead.add(1);
  const key = 'collections/abc/segments/s.dead/d';
  await memory.put(key, dead.encode());
  segment = { ...entry, dead: { ...refOf(key, dead.encode()), tally: { ...emptyTally, rows: 1 } } };
});

/** What a reader of everything sees: ids of live rows, and the row that the index gives for each id. */
async function readAll(): Promise<string> {
  const index = await openSegmentIndex(memory, segment);
  const dead = await readDeadRows(memory, segment);
  const rows = [];
  for (const block of index.blocks) {
    rows.push(...(await readBlock(memory, segment.object.key, block, space.dimension)));
  }
  const found = await index.lookup(['a', 'b', 'c'].map((id) => idHash(id)).toSorted((a, b) => Buffer.compare(a, b)));
  const places = found.map((entry) => entry?.row ?? -1).toSorted((a, b) => a - b);
  return JSON.stringify([rows.filter((_, at) => dead?.has(at) !== true).map(({ id }) => id), places]);
}

test('a segment is read as it was sealed, without its hidden rows', async () => {
  expect(await readAll()).toBe('[["a","c"],[0,1,2]]');
  expect(await readDeadRows(memory, { ...segment, dead: null })).toBeNull();
});

test('no flipped byte of segment, index or deletion vector changes what a reader sees: it is refused, by name', async () => {
  const truth = await readAll();
  const counts = { refused: 0, untouched: 0 };
  for (const { key } of [segment.object, segment.index, must(segment.dead)]) {
    const intact = await memory.get(key);
    for (let at = 0; at < intact.length; at++) {
      await memory.put(key, flipped(intact, at));
      try {
        expect(await readAll(), `${key} ${at}`).toBe(truth);
        counts.untouched += 1;
      } catch (thrown) {
        const { kind, details } = toAlluviumError(thrown);
        expect({ kind, key: details['key'] }, `${key} ${at}`).toEqual({ kind: 'Corrupt', key });
        counts.refused += 1;
      }
    }
    await memory.put(key, intact);
  }
  // Head and tail of the Arrow file are not read: the blocks' places stand in the index.
  expect(counts.refused).toBeGreaterThan(counts.untouched);
});

test('a lost deletion vector is damage: hidden rows do not come back (F37)', async () => {
  await memory.delete(must(segment.dead).key);
  await expect(readAll()).rejects.toMatchObject({ kind: 'Corrupt', code: 'object-missing' });
});
