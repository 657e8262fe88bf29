// Would catch: damage that is not found, found twice or under another name, that hides other damage; a sick store or a harmless leftover
// reported as damage. `test/e2e/damage.test.ts` flips every byte.
import { beforeEach, expect, test } from 'vitest';
import { makeRow } from '../../test/any-rows.ts';
import { FaultyStore, flipAt, keysOf } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, newStore, onDriver } from '../../test/handed-in.ts';
import { createCollection, sealBatch, space } from '../../test/sealed-deltas.ts';
import { unavailable } from '../domain/errors.ts';
import { collectionKeys } from '../domain/keys.ts';
import { must } from '../domain/must.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { verify, type VerifyProgress } from './verify.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
  await handIn(store, givenRecords('abc'));
  await bringHome(store);
  await handIn(store, givenRecords('ad', 1));
  await bringHome(store);
});

test('an intact store: every object and byte is counted, and every live row was read', async () => {
  const sizes: number[] = [];
  for await (const { bytes } of memory.list('')) sizes.push(bytes);
  const progress: VerifyProgress[] = [];
  const result = await verify(store, { onProgress: (each) => progress.push(each) });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(result).toEqual({ objects: sizes.length, bytes, rows: 4, damaged: [], unnamed: 0, foreign: [] });
  expect(progress).toHaveLength(sizes.length);
  expect(progress.at(-1)).toEqual({ objects: sizes.length, objectsTotal: sizes.length, bytes });
});

test('damage to several objects is named, each once and in order, with what was expected', async () => {
  const keys = await keysOf(memory);
  const flippedKeys = ['/collection.json', '.arrow', '.index', '/request.jsonl'].map((end) =>
    must(keys.find((key) => key.endsWith(end))),
  );
  const lost = must(keys.find((key) => key.endsWith('/contents')));
  for (const key of flippedKeys) await flipAt(memory, key);
  await memory.delete(lost);
  const { damaged } = await verify(store);
  expect(damaged.map(({ key }) => key)).toEqual([...flippedKeys, lost].toSorted());
  expect(damaged.find(({ key }) => key === lost)).toEqual({
    key: lost,
    reason: 'object-missing',
    expected: 'present',
    actual: 'absent',
  });
});

test('hints may say anything, leftovers and files of others are no damage', async () => {
  const { latest } = collectionKeys('abc');
  await memory.put(latest, Buffer.from('nonsense'));
  await memory.put(collectionKeys('abc').pending('nobody'), Buffer.from('nonsense'));
  await memory.put(collectionKeys('abc').delta('of-a-crash'), Buffer.from('half a delta'));
  await memory.put('notes.txt', Buffer.from('mine'));
  expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 1, foreign: ['notes.txt'] });
});

test('rows are hashed again: one whose text is not what its digest was made of is found behind a sound seal', async () => {
  const { memory: other, store: forged } = await newStore();
  await createCollection(other);
  const row = makeRow(
    { id: 'a', document: 'text', metadata: null, sequence: 1, line: 1, vector: Float32Array.of(1, 2) },
    space,
  );
  const [place] = await sealBatch(other, [{ ...row, document: 'test' }]);
  const { damaged } = await verify(forged);
  expect(damaged).toContainEqual(expect.objectContaining({ key: place?.delta.key, reason: 'row-digest' }));
});

test('what comes and goes while it runs is no damage: an ingest, and an upload that failed', async () => {
  await handIn(store, givenRecords('efg'));
  const failedUpload = collectionKeys('abc').delta('failed');
  await memory.put(failedUpload, Buffer.from('half a delta'));
  let reads = 0;
  const busy = new FaultyStore(memory, {
    read: async (key, forward) => {
      if (key === 'alluvium.json') {
        reads += 1;
        await memory.delete(failedUpload);
        await bringHome(store);
      }
      return forward();
    },
  });
  expect(await verify(onDriver(busy))).toMatchObject({ damaged: [] });
  expect(reads).toBe(1);
});

test('a store that does not answer is not damaged, and an interrupt ends the reading', async () => {
  const sick = new FaultyStore(memory, {
    read: async () => {
      throw unavailable('timeout', 'no answer');
    },
  });
  await expect(verify(onDriver(sick))).rejects.toMatchObject({ kind: 'Unavailable' });
  await expect(verify(store, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'Canceled' });
});
