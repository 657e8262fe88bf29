// Would catch: a batch that is said to stand elsewhere than the ledger has it, and residue whose reason nobody is told.
import { beforeEach, expect, test } from 'vitest';
import { flipAt } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, letters, newStore, sealOnly } from '../../test/handed-in.ts';
import { collectionKeys } from '../domain/keys.ts';
import { must } from '../domain/must.ts';
import { audit } from '../ledger/audit.ts';
import { cancelBatch } from '../poll/cancel-batch.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { batchStateNames } from './batch-states.ts';
import { type BatchSummary, countBatches, listBatches, showBatch } from './batches.ts';

const keys = collectionKeys('abc');
const letterOptions = { provider: 'letters', providers: [letters()] };
let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function list(options?: Parameters<typeof listBatches>[1]): Promise<readonly BatchSummary[]> {
  return (await listBatches(store, options)).batches;
}

async function only(): Promise<BatchSummary> {
  const batches = await list();
  expect(batches).toHaveLength(1);
  return must(batches[0]);
}

test('nothing handed in is no batch', async () => {
  expect(await list()).toEqual([]);
});

test('a batch from its hand-in to its publish', async () => {
  await handIn(store, givenRecords('ab'), { recordsPerBatch: 2 });
  const pending = {
    collection: 'abc',
    state: 'pending',
    provider: 'given',
    sequence: 1,
    rows: 2,
    deltas: 0,
    published: 0,
    pending: 2,
    residue: 0,
    discarded: 0,
    sealedAt: null,
    cancelledAt: null,
  };
  const { batchId, ...handedIn } = await only();
  expect(handedIn).toEqual(pending);

  await sealOnly(memory, 'snapshots');
  const sealed = await only();
  expect(sealed).toMatchObject({ batchId, state: 'sealed', deltas: 1, published: 0, pending: 2 });
  expect(await showBatch(store, batchId)).toMatchObject({ parts: [{ part: 0, rows: 2, publishedIn: null }] });

  const { executionId } = await bringHome(store);
  expect(await only()).toEqual({ ...sealed, state: 'published', published: 2, pending: 0 });
  expect(await showBatch(store, batchId)).toMatchObject({
    requestKey: keys.batch(batchId).request,
    parts: [{ part: 0, rows: 2, publishedIn: 1 }],
    residueByCode: {},
    damage: null,
  });
  expect((await showBatch(store, batchId)).executionId).not.toBe(executionId);
});

test('what stays published when its version is no longer the newest', async () => {
  await handIn(store, givenRecords('a'));
  await bringHome(store);
  await handIn(store, givenRecords('a', 1));
  await bringHome(store);
  const [first, second] = await list();
  expect([first, second]).toMatchObject([{ state: 'published' }, { state: 'published' }]);
  expect((await showBatch(store, must(first).batchId)).parts).toMatchObject([{ publishedIn: 1 }]);
  expect((await showBatch(store, must(second).batchId)).parts).toMatchObject([{ publishedIn: 2 }]);
});

test('residue by its codes, with the records', async () => {
  const records = ['x', 'unusable', 'unusable'].map((document, n) => ({ id: `r${n}`, document }));
  await handIn(store, records, { ...letterOptions, recordsPerBatch: 3 });
  await bringHome(store, { providers: [letters()] });
  const { batchId, ...batch } = await only();
  expect(batch).toMatchObject({ state: 'residue', rows: 3, published: 1, pending: 0, residue: 2, discarded: 0 });
  expect(await showBatch(store, batchId)).toMatchObject({
    residueByCode: { 'zero-vector': 2 },
    residueRows: [
      { id: 'r1', line: 2, code: 'zero-vector', status: 'rejected' },
      { id: 'r2', line: 3 },
    ],
    strays: [],
    escrowKeys: [expect.stringContaining(`${batchId}/output/`)],
  });
});

test('a batch whose facts are damaged is named, and hides no other', async () => {
  await handIn(store, givenRecords('ab'));
  await bringHome(store);
  const [first] = await list();
  const { batchId } = must(first);
  await flipAt(memory, keys.batch(batchId).sealed);
  expect(await list()).toMatchObject([{ state: 'damaged' }, { state: 'published' }]);
  expect(await showBatch(store, batchId)).toMatchObject({
    damage: { kind: 'Corrupt', details: { key: keys.batch(batchId).sealed } },
  });
});

test('only those of a collection, only those of a state, and how many there are', async () => {
  await handIn(store, givenRecords('abc'));
  const [first] = await list();
  await cancelBatch(store, must(first).batchId);
  await bringHome(store);
  await handIn(store, givenRecords('d'));
  await handIn(store, givenRecords('e'), { collection: 'other' });

  const statesOf = (batches: readonly BatchSummary[]): string[] => batches.map(({ state }) => state);
  expect(statesOf(await list())).toEqual(['cancelled', 'published', 'published', 'pending', 'pending']);
  expect(statesOf(await list({ collection: 'abc', states: ['pending', 'cancelled'] }))).toEqual([
    'cancelled',
    'pending',
  ]);
  expect(await list({ states: [] })).toEqual([]);
  expect(await countBatches(memory, 'abc')).toEqual({
    ...Object.fromEntries(batchStateNames.map((name) => [name, 0])),
    cancelled: 1,
    published: 2,
    pending: 1,
  });
  await expect(list({ collection: 'nobody' })).rejects.toMatchObject({ kind: 'NotFound' });
});

test('the rows of all batches are what was submitted, each in one place', async () => {
  const records = ['x', 'unusable', 'y'].map((document, n) => ({ id: `r${n}`, document }));
  await handIn(store, records, { ...letterOptions, recordsPerBatch: 2 });
  await handIn(store, givenRecords('ab'), letterOptions);
  await cancelBatch(store, must((await list()).at(-1)).batchId);
  await bringHome(store, { providers: [letters()] });
  const batches = await list();
  const sum = (name: 'rows' | 'published' | 'pending' | 'residue' | 'discarded'): number =>
    batches.reduce((total, batch) => total + batch[name], 0);
  for (const batch of batches) {
    expect(batch.published + batch.pending + batch.residue + batch.discarded).toBe(batch.rows);
  }
  const [ledger] = (await audit(store)).collections;
  expect(must(ledger)).toMatchObject({
    submitted: sum('rows'),
    pending: sum('pending'),
    residue: sum('residue'),
    discarded: sum('discarded'),
    published: sum('published'),
  });
});
