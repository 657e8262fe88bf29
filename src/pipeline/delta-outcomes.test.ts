// Would catch: one damaged delta that fails its chunk, the chunk its Map, the Map the run (F23); one that is forgotten, or that fails every
// later run again (F10).
import { beforeEach, expect, test } from 'vitest';
import { FaultyStore, flipAt, keysOf } from '../../test/faulty-store.ts';
import {
  bringHome,
  copyOf,
  givenRecords,
  handIn,
  liveIds,
  newStore,
  onDriver,
  onlyCollection,
  sealOnly,
} from '../../test/handed-in.ts';
import { must } from '../domain/must.ts';
import { outcomeExitCodes } from '../domain/outcome.ts';
import { audit, type AlluviumStore, type MemoryStore, verify } from '../index.ts';

const ids = 'abcdefghij';
let memory: MemoryStore;
let store: AlluviumStore;
/** One of ten sealed deltas, none of which is compacted yet. */
let damaged: string;

beforeEach(async () => {
  ({ memory, store } = await newStore());
  await handIn(store, givenRecords(ids));
  await sealOnly(memory, 'segments');
  damaged = must((await keysOf(memory, 'collections/abc/deltas/'))[3]);
});

async function expectBalanced(): Promise<void> {
  expect(await audit(store)).toMatchObject({ balanced: true });
}

test('a damaged delta is accused and left out, the nine others of its chunk are published, and it stays known', async () => {
  await flipAt(memory, damaged);
  const accusedKeys: string[] = [];
  for (const published of [9, 0]) {
    const result = await bringHome(store, {
      onEvent: (event) => {
        if (event.type === 'DeltaAccused') accusedKeys.push(event.deltaKey);
      },
    });
    expect(outcomeExitCodes[result.outcome]).toBe(3);
    expect(onlyCollection(result)).toMatchObject({ published, pending: 1, accused: 1, version: 1 });
    expect(onlyCollection(result).reasons).toEqual([`left out ${damaged}: object-digest`]);
    expect(await liveIds(memory)).toHaveLength(9);
    await expectBalanced();
  }
  expect(accusedKeys).toEqual([damaged, damaged]);
  expect(await keysOf(memory, 'pending/')).toHaveLength(1);
});

test('a damaged delta that becomes whole again is published by the next run, and nothing else twice', async () => {
  const intact = await memory.get(damaged);
  await memory.delete(damaged);
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'CompleteWithQuarantine', published: 9 });
  await memory.put(damaged, intact);
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 1, superseded: 0 });
  expect(await liveIds(memory)).toBe(ids);
  await expectBalanced();
});

test('a damaged delta that is read wrongly only once is published with the others', async () => {
  let reads = 0;
  const shaky = new FaultyStore(memory, {
    read: async (key, forward) => {
      const bytes = await forward();
      if (key !== damaged || reads++ > 0) return bytes;
      return bytes.slice(0, -1);
    },
  });
  expect(onlyCollection(await bringHome(onDriver(shaky)))).toMatchObject({ outcome: 'Complete', published: 10 });
  expect(reads).toBe(2);
});

test('a damaged delta that its chunk no longer needs, because it is compacted, is no reason to leave anything out', async () => {
  await sealOnly(memory, 'snapshots');
  await flipAt(memory, damaged);
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 10 });
  expect((await verify(store)).damaged.map(({ key }) => key)).toEqual([damaged]);
});

test('deltas that are all damaged: there is no new version, and no failure of ours', async () => {
  for (const key of await keysOf(memory, 'collections/abc/deltas/')) await flipAt(memory, key);
  const result = await bringHome(store);
  expect(onlyCollection(result)).toMatchObject({ outcome: 'CompleteWithQuarantine', accused: 10, version: null });
  await expectBalanced();
});

test('a segment that was damaged before its commit is compacted again, not published and not in the way', async () => {
  await sealOnly(memory, 'snapshots');
  const copy = await copyOf(memory);
  for (const end of ['.arrow', '.index']) {
    const segment = must((await keysOf(copy, 'collections/abc/segments/')).find((key) => key.endsWith(end)));
    const other = await copyOf(copy);
    await flipAt(other, segment);
    expect(onlyCollection(await bringHome(onDriver(other)))).toMatchObject({ outcome: 'Complete', published: 10 });
    expect(await liveIds(other)).toBe(ids);
  }
});
