// Would catch: batches that nothing ever lists again because a hint was lost (F18), records counted twice or not at all, an account of two
// different moments.
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, flipAt, keysOf } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, newStore, onDriver, onlyCollection } from '../../test/handed-in.ts';
import { encodeFact } from '../domain/fact.ts';
import type { SubmissionFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { isBalanced, ledgerRows } from '../domain/ledger.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import { embedWith } from '../provider/embed-with.ts';
import { readLatest } from '../snapshot/latest.ts';
import { requireFact } from '../store/facts.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { readLedger } from './read-ledger.ts';
import { readStatus } from './status.ts';

const keys = collectionKeys('abc');
let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function rows() {
  const { ledger } = await readLedger(memory, 'abc');
  expect(isBalanced(ledger)).toBe(true);
  return ledgerRows(ledger);
}

test('what was handed in is pending, then published, then superseded, and always somewhere', async () => {
  expect(await rows()).toMatchObject({ submitted: 0, pending: 0 });
  await handIn(store, givenRecords('abc'));
  expect(await rows()).toMatchObject({ submitted: 3, pending: 3, published: 0 });
  await bringHome(store);
  expect(await rows()).toMatchObject({ submitted: 3, pending: 0, published: 3 });
  await handIn(store, givenRecords('ab', 1));
  expect(await rows()).toMatchObject({ submitted: 5, pending: 2, published: 3, superseded: 0 });
  await bringHome(store);
  expect(await rows()).toMatchObject({ submitted: 5, pending: 0, published: 3, superseded: 2 });
});

describe('pending/ is a hint', () => {
  beforeEach(async () => {
    await handIn(store, givenRecords('abc'));
  });

  /** Hands in nothing back: every batch is still on its way after an ingest. */
  const slow = {
    ...embedWith(() => [], { name: 'slow', model: 'm', dimension: 2 }),
    poll: async () => ({ state: 'running', counts: null }) as const,
  };

  test('that names every open batch spares the listing of all others', async () => {
    await bringHome(store);
    await handIn(store, givenRecords('d'));
    const read: string[] = [];
    const watched = new FaultyStore(memory, { any: (key) => read.push(key) });
    const { open, hintsComplete } = await readLedger(watched, 'abc');
    expect({ open: open.length, hintsComplete }).toEqual({ open: 1, hintsComplete: true });
    expect(read.filter((key) => key.endsWith('/sealed.json'))).toHaveLength(1);
  });

  test('that is lost, all of it or some: the batches are found all the same, and published', async () => {
    const hints = await keysOf(memory, 'pending/');
    expect(hints).toHaveLength(3);
    for (const lost of [hints.slice(1), hints]) {
      await memory.deleteMany(lost);
      const { open, hintsComplete, ledger } = await readLedger(memory, 'abc');
      expect({ open: open.length, hintsComplete }).toEqual({ open: 3, hintsComplete: false });
      expect(ledgerRows(ledger)).toMatchObject({ submitted: 3, pending: 3 });
    }
    expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 3 });
    expect(await keysOf(memory, 'pending/')).toEqual([]);
  });

  test('that is lost is written again while its batch is still on its way', async () => {
    const { memory: other, store: waiting } = await newStore();
    const records = ['a', 'b'].map((id) => ({ id, document: id }));
    const space = { provider: 'slow', model: 'm', dimension: 2, providers: [slow] };
    await handIn(waiting, records, space);
    const hints = await keysOf(other, 'pending/');
    await other.deleteMany(hints);
    expect(onlyCollection(await bringHome(waiting, { providers: [slow] }))).toMatchObject({ pending: 2 });
    expect(await keysOf(other, 'pending/')).toEqual(hints);
  });

  test('that is stale is removed: of its batch nothing is left to do', async () => {
    const hints = await keysOf(memory, 'pending/');
    await bringHome(store);
    for (const hint of hints) await memory.put(hint, Buffer.alloc(0));
    const { open, finished } = await readLedger(memory, 'abc');
    expect({ open, finished: finished.length }).toEqual({ open: [], finished: 3 });
    await bringHome(store);
    expect(await keysOf(memory, 'pending/')).toEqual([]);
    expect(await rows()).toMatchObject({ published: 3, pending: 0 });
  });

  test('of a hand-in under way names a batch that does not exist yet: it is no row, and it is left where it is', async () => {
    const inFlight = keys.pending('01900000-0000-7000-8000-000000000000-00000');
    await memory.put(inFlight, Buffer.alloc(0));
    await memory.put(
      inFlight.replace('pending/abc', 'collections/abc/batches').concat('/request.jsonl'),
      Buffer.from(''),
    );
    expect(await rows()).toMatchObject({ submitted: 3, pending: 3 });
    expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 3, batches: 3 });
    expect(await keysOf(memory, 'pending/')).toEqual([inFlight]);
  });
});

test('records without a usable vector are residue: counted, kept open, and not sent again by themselves', async () => {
  const letters = embedWith((texts) => texts.map((text) => (text === 'bad' ? [0, 0] : [text.length, 1])), {
    name: 'letters',
    model: 'm',
    dimension: 2,
  });
  const how = { provider: 'letters', providers: [letters], recordsPerBatch: 2 };
  await handIn(
    store,
    ['good', 'bad', 'fine'].map((document, n) => ({ id: `r${n}`, document })),
    how,
  );
  const first = onlyCollection(await bringHome(store, { providers: [letters] }));
  expect(first).toMatchObject({ outcome: 'CompleteWithQuarantine', published: 2, residue: 1, pending: 0 });
  expect(first.reasons.join()).toMatch(/1 record/);
  expect(await rows()).toMatchObject({ submitted: 3, published: 2, residue: 1 });
  expect(await keysOf(memory, 'pending/')).toHaveLength(1);
  expect((await readStatus(store)).collections).toMatchObject([{ openBatches: 0, ledger: { residue: 1 } }]);

  const second = onlyCollection(await bringHome(store, { providers: [letters] }));
  expect(second).toMatchObject({ outcome: 'Complete', published: 0, residue: 1, batches: 0 });
});

describe('submissions are a chain', () => {
  beforeEach(async () => {
    for (const id of 'abc') await handIn(store, givenRecords(id));
  });

  test.each([1, 2])('number %i that is missing is damage, and named', async (sequence) => {
    const key = keys.submission(sequence);
    await memory.delete(key);
    await expect(readLedger(memory, 'abc')).rejects.toMatchObject({ kind: 'Corrupt', details: { key } });
  });

  test('one that was exchanged for another, sound in itself, is found by the next', async () => {
    const key = keys.submission(2);
    const { fact } = await requireFact<SubmissionFact>(memory, key);
    await memory.put(key, encodeFact(key, { ...fact, skipped: 1 }));
    await expect(readLedger(memory, 'abc')).rejects.toMatchObject({
      kind: 'Corrupt',
      code: 'chain-broken',
      details: { key },
    });
  });
});

describe('an account is of one moment', () => {
  beforeEach(async () => {
    await handIn(store, givenRecords('ab'));
  });

  test('where somebody publishes while it is taken, it is taken again', async () => {
    let ingests = 0;
    const busy = new FaultyStore(memory, {
      read: async (key, forward) => {
        if (key === keys.submission(1) && ingests++ === 0) await bringHome(onDriver(memory));
        return forward();
      },
    });
    const { ledger, manifest } = await readLedger(busy, 'abc');
    expect(manifest?.fact.version).toBe(1);
    expect(ledgerRows(ledger)).toMatchObject({ submitted: 2, published: 2, pending: 0 });
  });

  test('where somebody publishes all the time, that is said instead of a wrong sum', async () => {
    await bringHome(store);
    let reads = 0;
    const busy = new FaultyStore(memory, {
      read: async (key, forward) => {
        if (key === keys.submission(1)) {
          reads += 1;
          const { fact } = must(await readLatest(memory, 'abc'));
          const next = keys.snapshot(fact.version + 1);
          await memory.put(next, encodeFact(next, { ...fact, version: fact.version + 1 }));
        }
        return forward();
      },
    });
    await expect(readLedger(busy, 'abc')).rejects.toMatchObject({ kind: 'Unavailable', code: 'collection-busy' });
    expect(reads).toBe(limits.consistentReadAttemptsMax);
  });
});

test('a batch whose facts are damaged is set aside under its own name; the others are known', async () => {
  await handIn(store, givenRecords('abc'));
  await bringHome(store);
  const sealed = (await keysOf(memory, keys.batches)).find((key) => key.endsWith('/sealed.json'));
  await flipAt(memory, must(sealed));
  // At rest nobody looks at it but `verify`; a hint, or a sum that differs, makes one look.
  expect(await rows()).toMatchObject({ published: 3 });
  await memory.put(keys.pending(must(sealed?.split('/')[3])), Buffer.alloc(0));
  const { open } = await readLedger(memory, 'abc');
  expect(open).toMatchObject([{ damage: { kind: 'Corrupt', details: { key: sealed } } }]);
  await expect(readStatus(store)).rejects.toMatchObject({ kind: 'Corrupt', details: { key: sealed } });
});
