// Would catch: records that vanish without anybody noticing, or that are noticed and not named (F13, F15).
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, keysOf } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, newStore, onDriver, onlyCollection } from '../../test/handed-in.ts';
import { encodeFact, type Stored } from '../domain/fact.ts';
import type { Manifest } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import { addTallies, subtractTally } from '../domain/tally.ts';
import { embedWith } from '../provider/embed-with.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { audit } from './audit.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

async function latest(): Promise<Stored<Manifest>> {
  return must(await readLatest(memory, 'abc'));
}

/** Rewrites the latest version: sound in itself, but not what was published. */
async function forge(change: (manifest: Manifest) => Partial<Manifest>): Promise<void> {
  const { fact } = await latest();
  await memory.put(fact.key, encodeFact(fact.key, { ...fact, ...change(fact) }));
}

/** A version without its first segment, as if it had never been there. */
function withoutFirstSegment({ segments, live }: Manifest): Partial<Manifest> {
  const [lost, ...rest] = segments;
  return { segments: rest, live: subtractTally(live, must(lost).tally) };
}

async function onlyAudit() {
  const { balanced, collections } = await audit(store);
  expect(collections).toHaveLength(1);
  return { ...must(collections[0]), allBalanced: balanced };
}

test('a store without collections balances', async () => {
  expect(await audit(store)).toEqual({ balanced: true, collections: [] });
});

test('a ledger that balances costs no walk over the records', async () => {
  await handIn(store, givenRecords('abc'));
  await bringHome(store);
  const read: string[] = [];
  const watched = new FaultyStore(memory, { any: (key) => read.push(key) });
  expect(await audit(onDriver(watched))).toMatchObject({
    balanced: true,
    collections: [{ collection: 'abc', submitted: 3, published: 3, unaccounted: 0, missing: [], balanced: true }],
  });
  expect(read.filter((key) => /contents|request|index/.test(key))).toEqual([]);
});

describe('published rows that vanish', () => {
  beforeEach(async () => {
    await handIn(store, givenRecords('abcd'));
    await bringHome(store, { deltasPerChunk: 1 });
  });

  test('are counted and named, with where they came from', async () => {
    const batches = await keysOf(memory, 'collections/abc/batches/');
    await forge(withoutFirstSegment);
    const { missing, ...account } = await onlyAudit();
    expect(account).toMatchObject({ balanced: false, allBalanced: false, submitted: 4, published: 3, unaccounted: 1 });
    expect(missing).toMatchObject([{ id: 'a', sequence: 1, line: 1 }]);
    expect(batches.some((key) => key.includes(must(missing[0]).batchId))).toBe(true);
  });

  test('are not hidden by as many that are there twice: the sums of their keys differ', async () => {
    await forge(({ segments, live }) => {
      const [lost, twice, ...rest] = segments.map((segment) => segment);
      const tally = addTallies(subtractTally(live, must(lost).tally), must(twice).tally);
      return { segments: [must(twice), must(twice), ...rest], live: tally };
    });
    const account = await onlyAudit();
    expect(account).toMatchObject({ balanced: false, submitted: 4, published: 4, unaccounted: 1 });
    expect(account.missing.map(({ id }) => id)).toEqual(['a']);
  });

  test('are not confused with those that are superseded, pending or residue', async () => {
    const uneven = embedWith((texts) => texts.map((text) => (text === 'bad' ? [0, 0] : [1, 2])), {
      name: 'given-or-not',
      model: 'm',
      dimension: 2,
    });
    const { memory: other, store: mixed } = await newStore();
    const how = { provider: 'given-or-not', providers: [uneven], recordsPerBatch: 2 };
    await handIn(
      mixed,
      ['one', 'bad', 'two'].map((document, n) => ({ id: `r${n}`, document })),
      how,
    );
    await bringHome(mixed, { providers: [uneven], deltasPerChunk: 1 });
    await handIn(mixed, [{ id: 'r2', document: 'three' }], how);
    await bringHome(mixed, { providers: [uneven], deltasPerChunk: 1 });
    await handIn(mixed, [{ id: 'r3', document: 'four' }], how);
    memory = other;
    store = mixed;
    expect(await onlyAudit()).toMatchObject({ balanced: true, published: 2, superseded: 1, residue: 1, pending: 1 });
    await forge(withoutFirstSegment);
    const account = await onlyAudit();
    expect(account).toMatchObject({ balanced: false, unaccounted: 1 });
    expect(account.missing.map(({ id }) => id)).toEqual(['r0']);
  });

  test('are many: all are counted, the first are named', async () => {
    const records = Array.from({ length: limits.examplesMax + 5 }, (_, n) => ({ id: `m${n}`, vector: [n + 1, 1] }));
    const { memory: other, store: full } = await newStore();
    await handIn(full, records, { recordsPerBatch: 4 });
    await bringHome(full);
    memory = other;
    store = full;
    await forge(withoutFirstSegment);
    const account = await onlyAudit();
    expect(account).toMatchObject({ unaccounted: records.length, published: 0 });
    expect(account.missing).toHaveLength(limits.examplesMax);
    expect(new Set(account.missing.map(({ id }) => id)).size).toBe(limits.examplesMax);
  });

  test('keep others from being published upon them: the collection is as before', async () => {
    await forge(withoutFirstSegment);
    const before = await latest();
    await handIn(store, givenRecords('e'));
    const result = await bringHome(store);
    expect(result.outcome).toBe('Failed');
    expect(onlyCollection(result).reasons.join()).toMatch(/ledger.imbalance/);
    expect(await latest()).toEqual(before);
    expect(await onlyAudit()).toMatchObject({ submitted: 5, published: 3, pending: 1, unaccounted: 1 });
  });
});

test('a version that was lost altogether is not written anew without its rows', async () => {
  await handIn(store, givenRecords('ab'));
  await bringHome(store);
  await handIn(store, givenRecords('cd'));
  await bringHome(store);
  const { fact } = await latest();
  await memory.delete(fact.key);
  await handIn(store, givenRecords('e'));
  expect((await bringHome(store)).outcome).toBe('Failed');
  expect(await memory.head(fact.key)).toBeNull();
  const { missing, ...account } = await onlyAudit();
  expect(account).toMatchObject({ balanced: false, published: 2, pending: 1, unaccounted: 2 });
  expect(missing.map(({ id }) => id)).toEqual(['c', 'd']);
});
