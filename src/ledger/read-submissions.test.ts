// Would catch: a hand-in that is taken for lost because it came while the submissions were listed, or one that is lost and not missed.
import { expect, test } from 'vitest';
import { collectionKeys } from '../domain/keys.ts';
import { inputLines, MemoryStore, openOn, submit } from '../index.ts';
import { readSubmissions } from './read-submissions.ts';

const collection = 'abc';
const keys = collectionKeys(collection);

/** Lists what a store may list while keys come: all that were there before, and any of the new ones. */
class HastyStore extends MemoryStore {
  readonly hidden = new Set<string>();

  override async *list(...args: Parameters<MemoryStore['list']>): ReturnType<MemoryStore['list']> {
    for await (const object of super.list(...args)) if (!this.hidden.has(object.key)) yield object;
  }
}

async function storeOfFour(): Promise<HastyStore> {
  const memory = new HastyStore();
  const store = await openOn(memory, { create: true });
  for (const id of ['a', 'b', 'c', 'd']) await submit(store, collection, inputLines([{ id, vector: [1, 2] }]));
  return memory;
}

test.each([[[]], [[2]], [[2, 3]], [[1, 3]], [[1, 2, 3]]])(
  'every submission up to the last that is listed is read, although the list lacks %j',
  async (missing) => {
    const memory = await storeOfFour();
    for (const sequence of missing) memory.hidden.add(keys.submission(sequence));
    const submissions = await readSubmissions(memory, collection);
    expect(submissions.map(({ fact }) => fact.sequence)).toEqual([1, 2, 3, 4]);
  },
);

test.each([1, 2, 3])('submission %i is missed where it is gone', async (sequence) => {
  const memory = await storeOfFour();
  await memory.delete(keys.submission(sequence));
  await expect(readSubmissions(memory, collection)).rejects.toMatchObject({
    kind: 'Corrupt',
    code: 'object-missing',
    details: { key: keys.submission(sequence) },
  });
});
