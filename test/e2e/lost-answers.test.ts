// Would catch: a write that happened and is taken for lost because its answer was (F34): undone, done twice, or given to somebody else.
import { expect, test } from 'vitest';
import { unavailable } from '../../src/domain/errors.ts';
import { collectionKeys, parseKey } from '../../src/domain/keys.ts';
import { audit, verify } from '../../src/index.ts';
import { FaultyStore, type Faults, keysOf } from '../faulty-store.ts';
import { bringHome, givenRecords, handIn, liveIds, newStore, onDriver, onlyCollection } from '../handed-in.ts';

type Answer = 'an error' | '"exists"';

/** Of every fact's first put the answer is lost. */
function losing(answer: Answer, lost: Set<string>): Faults {
  return {
    put: async (key, forward) => {
      const result = await forward();
      if (parseKey(key)?.class !== 'fact' || lost.has(key)) return result;
      lost.add(key);
      if (answer === 'an error') throw unavailable('timeout', 'no answer');
      return 'exists';
    },
  };
}

test.each<Answer>(['an error', '"exists"'])(
  'where every first answer is %s, everything is done once',
  async (answer) => {
    const { memory, store } = await newStore();
    const lost = new Set<string>();
    const shaky = onDriver(new FaultyStore(memory, losing(answer, lost)));
    for (const [ids, variant] of [
      ['abc', 0],
      ['bd', 1],
    ] as const) {
      expect(await handIn(shaky, givenRecords(ids, variant))).toMatchObject({ records: ids.length });
      expect(onlyCollection(await bringHome(shaky))).toMatchObject({ outcome: 'Complete', published: ids.length });
    }
    expect(new Set([...lost].map((key) => parseKey(key)?.type))).toContain('snapshot');
    expect(await keysOf(memory, collectionKeys('abc').submissions)).toHaveLength(2);
    expect(await keysOf(memory, collectionKeys('abc').snapshots)).toHaveLength(2);
    expect(await liveIds(memory)).toBe('abcd');
    expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ submitted: 5, superseded: 1 }] });
    expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 0 });
  },
);

test('a hand-in that happened, although every answer was lost, is whole; handed in again it is all skipped', async () => {
  const { memory, store } = await newStore();
  const deaf = new FaultyStore(memory, {
    put: async (key, forward) => {
      const result = await forward();
      if (parseKey(key)?.type === 'submission') throw unavailable('timeout', 'no answer');
      return result;
    },
  });
  await expect(handIn(onDriver(deaf), givenRecords('ab'))).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(await verify(store)).toMatchObject({ damaged: [] });
  expect(await handIn(store, givenRecords('ab'))).toMatchObject({ records: 0, skipped: 2 });
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 2 });
});

test('a hand-in that did not happen leaves nothing that counts, and is handed in by the next', async () => {
  const { memory, store } = await newStore();
  const refusing = new FaultyStore(memory, {
    put: async (key, forward) => {
      if (parseKey(key)?.type === 'submission') throw unavailable('disk-full', 'the disk is full');
      return forward();
    },
  });
  await expect(handIn(onDriver(refusing), givenRecords('ab'))).rejects.toMatchObject({ kind: 'Unavailable' });
  expect((await bringHome(store)).outcome).toBe('Complete');
  expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ submitted: 0, pending: 0 }] });
  expect(await handIn(store, givenRecords('ab'))).toMatchObject({ records: 2, skipped: 0 });
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 2, pending: 0 });
});
