// Would catch: a reader that believes a stale pointer, or publishes and answers as if nothing were there because it is lost (F8, F20).
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, flipAt } from '../../test/faulty-store.ts';
import { collectionKeys } from '../domain/keys.ts';
import { createFact } from '../store/facts.ts';
import { MemoryStore } from '../store/memory.ts';
import { hintLatest, readLatest, readVersion } from './latest.ts';

const keys = collectionKeys('abc');
let memory: MemoryStore;

beforeEach(() => {
  memory = new MemoryStore();
});

async function publish(...versions: readonly number[]): Promise<void> {
  for (const version of versions) await createFact(memory, keys.snapshot(version), { version });
}

async function latest(): Promise<number | null> {
  return (await readLatest(memory, 'abc'))?.fact.version ?? null;
}

test('before anything is published there is no version', async () => {
  expect(await latest()).toBeNull();
  expect(await readVersion(memory, 'abc', 1)).toBeNull();
});

test('a version is visible the moment its manifest is, whatever the hint says', async () => {
  await publish(1, 2);
  await hintLatest(memory, 'abc', 1);
  expect(await latest()).toBe(2);
  await publish(3);
  expect(await latest()).toBe(3);
});

describe('a hint that is', () => {
  test.each<[string, string | null]>([
    ['lost', null],
    ['stale', '1\n'],
    ['of a version that never was', '17\n'],
    ['empty', ''],
    ['cut', '1'],
    ['nonsense', 'three\n'],
    ['negative', '-1\n'],
    ['zero', '0\n'],
    ['larger than any number', `${'9'.repeat(40)}\n`],
    ['of another kind', '{"version":1}\n'],
  ])('%s costs time, never truth', async (_, text) => {
    await publish(1, 2, 3);
    if (text !== null) await memory.put(keys.latest, Buffer.from(text));
    expect(await latest()).toBe(3);
  });
});

test('files of others beside the manifests are no versions', async () => {
  await publish(1, 2);
  await memory.put(`${keys.snapshots}notes.txt`, Buffer.from('mine'));
  expect(await latest()).toBe(2);
  expect(await latest()).toBe(2);
});

test('the newest listed is the highest number, also where the digits grow', async () => {
  await publish(9, 10, 11);
  expect(await latest()).toBe(11);
});

test('a damaged newest version is damage, not the one before it', async () => {
  await publish(1, 2);
  await flipAt(memory, keys.snapshot(2));
  await expect(latest()).rejects.toMatchObject({ kind: 'Corrupt', details: { key: keys.snapshot(2) } });
  expect((await readVersion(memory, 'abc', 1))?.fact.version).toBe(1);
});

test('a version that vanishes while it is read is damage, not an empty collection', async () => {
  await publish(1);
  const vanishing = new FaultyStore(memory, {
    read: async (key, forward) => {
      if (key === keys.snapshot(1)) await memory.delete(key);
      return forward();
    },
  });
  await expect(readLatest(vanishing, 'abc')).rejects.toMatchObject({ kind: 'Corrupt', code: 'object-missing' });
});
