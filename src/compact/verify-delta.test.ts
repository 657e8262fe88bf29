// Would catch: a damaged delta merged because it opens, a healthy one accused because of one wrong answer (F6), a sick store taken for
// damage.
import { beforeEach, expect, test } from 'vitest';
import { type Faults, FaultyStore, flipAt, flipped } from '../../test/faulty-store.ts';
import { rowOf, sealBatch, space } from '../../test/sealed-deltas.ts';
import { unavailable } from '../domain/errors.ts';
import type { DeltaPlace } from '../domain/facts.ts';
import { must } from '../domain/must.ts';
import type { Store } from '../store/contract.ts';
import { MemoryStore } from '../store/memory.ts';
import { verifyDelta } from './verify-delta.ts';

const rows = [rowOf('a', 1), rowOf('b', 1, 2), rowOf('c', 1, 3)];
let memory: MemoryStore;
let place: DeltaPlace;

beforeEach(async () => {
  memory = new MemoryStore();
  place = must((await sealBatch(memory, rows))[0]);
});

async function verifyOn(store: Store, at = place) {
  return verifyDelta(store, at, space.dimension);
}

function faulty(faults: Faults): FaultyStore {
  return new FaultyStore(memory, faults);
}

test('a delta as sealed gives its rows and its seal', async () => {
  const verified = await verifyOn(memory);
  expect(verified.rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(verified.seal).toMatchObject({ part: 0, object: place.delta, tally: { rows: 3 } });
});

test('every flipped byte is found, whatever still opens', async () => {
  const intact = await memory.get(place.delta.key);
  for (let at = 0; at < intact.length; at += 7) {
    await memory.put(place.delta.key, flipped(intact, at));
    await expect(verifyOn(memory), `byte ${at}`).rejects.toMatchObject({
      kind: 'Corrupt',
      code: 'object-digest',
      details: { key: place.delta.key, expected: place.delta.sha256 },
    });
  }
});

test.each(['delta', 'sealed'] as const)(
  'one wrong answer for the %s is asked for again; the second is believed',
  async (which) => {
    const { key } = place[which];
    let reads = 0;
    const wrongOnce = faulty({
      read: async (read, forward) => (read === key && reads++ === 0 ? flipped(await forward()) : forward()),
    });
    expect((await verifyOn(wrongOnce)).rows).toHaveLength(3);
    expect(reads).toBe(2);

    reads = 0;
    const wrongTwice = faulty({
      read: async (read, forward) => (read === key && reads++ < 2 ? flipped(await forward()) : forward()),
    });
    await expect(verifyOn(wrongTwice)).rejects.toMatchObject({ kind: 'Corrupt', details: { key } });
    expect(reads).toBe(2);
  },
);

test('absence is damage, a store that does not answer is none', async () => {
  await memory.delete(place.delta.key);
  await expect(verifyOn(memory)).rejects.toMatchObject({ kind: 'Corrupt', code: 'object-missing' });
  let reads = 0;
  const sick = faulty({
    read: async () => {
      reads += 1;
      throw unavailable('descriptors', 'the table of open files is full');
    },
  });
  await expect(verifyOn(sick)).rejects.toMatchObject({ kind: 'Unavailable' });
  expect(reads).toBe(1);
});

test('another sound delta in its place is refused', async () => {
  const other = must((await sealBatch(memory, [rowOf('x', 2), rowOf('y', 2, 2), rowOf('z', 2, 3)]))[0]);
  await memory.put(place.delta.key, await memory.get(other.delta.key));
  await expect(verifyOn(memory)).rejects.toMatchObject({ kind: 'Corrupt', details: { key: place.delta.key } });
});

test('a place whose seal names another delta, or none, is refused', async () => {
  const other = must((await sealBatch(memory, [rowOf('x', 2)]))[0]);
  for (const wrong of [
    { ...place, delta: other.delta },
    { ...place, part: 1 },
  ]) {
    await expect(verifyOn(memory, wrong)).rejects.toMatchObject({ kind: 'Corrupt', code: 'delta-unsealed' });
  }
});

test('a damaged seal is named', async () => {
  await flipAt(memory, place.sealed.key);
  await expect(verifyOn(memory)).rejects.toMatchObject({ kind: 'Corrupt', details: { key: place.sealed.key } });
});
