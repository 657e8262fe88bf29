// Would catch: rows published twice or not at all by two publishers, a version that does not hold what was added (F13), a commit taken for
// lost because its answer was (F34), rows that come back or die when a late batch arrives (F37).
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, keysOf } from '../../test/faulty-store.ts';
import {
  collection,
  compact,
  createCollection,
  hiddenRows,
  liveRows,
  rowOf,
  sealBatch,
  segmentOf,
} from '../../test/sealed-deltas.ts';
import { unavailable } from '../domain/errors.ts';
import { encodeFact } from '../domain/fact.ts';
import type { DeltaPlace, Manifest, PublishedFact, SegmentReceipt } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { addTallies, emptyTally, sameTally } from '../domain/tally.ts';
import { compareContenders } from '../domain/version.ts';
import { readLatest } from '../snapshot/latest.ts';
import { requireFact } from '../store/facts.ts';
import type { Store } from '../store/contract.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Publisher } from './build-manifest.ts';
import { markPublished, type Publication, publishSnapshot } from './publish-snapshot.ts';

const keys = collectionKeys(collection);
let memory: MemoryStore;

beforeEach(async () => {
  memory = new MemoryStore();
  await createCollection(memory);
});

function publisher(executionId: string, round = 0): Publisher {
  return { executionId, round, publishedAt: '2026-01-01T00:00:00.000Z' };
}

async function publish(
  who: string | Publisher,
  receipts: readonly SegmentReceipt[],
  store: Store = memory,
): Promise<Publication> {
  return publishSnapshot(store, collection, receipts, typeof who === 'string' ? publisher(who) : who);
}

async function latest(): Promise<Manifest> {
  return must(await readLatest(memory, collection)).fact;
}

function placesOf(deltas: readonly DeltaPlace[]): string[] {
  return deltas.map(({ batchId, part }) => `${batchId}/${part}`).toSorted();
}

test('the first version holds what was added, and says who made it of what', async () => {
  const receipt = await segmentOf(memory, [rowOf('a', 1), rowOf('b', 1, 2)]);
  const { manifest, returned } = await publish('e1', [receipt]);
  expect(returned).toEqual([]);
  expect(manifest?.fact).toMatchObject({
    version: 1,
    predecessor: null,
    executionId: 'e1',
    added: receipt.inputs,
    live: receipt.inputTally,
    changed: { published: receipt.inputTally, superseded: emptyTally, duplicates: emptyTally },
  });
  expect(await liveRows(memory)).toEqual(['a 1/1', 'b 1/2']);
});

test('the next version names the one before, hides what it supersedes, and does not touch other segments', async () => {
  const { manifest: first } = await publish('e1', [await segmentOf(memory, [rowOf('a', 1), rowOf('b', 1, 2)])]);
  await publish('e2', [await segmentOf(memory, [rowOf('c', 2)])]);
  const { manifest: third } = await publish('e3', [await segmentOf(memory, [rowOf('b', 3)])]);
  expect(third?.fact).toMatchObject({ version: 3, changed: { published: { rows: 1 }, superseded: { rows: 1 } } });
  expect((await requireFact<Manifest>(memory, keys.snapshot(2))).fact.predecessor).toEqual(first?.ref);
  expect(await liveRows(memory)).toEqual(['a 1/1', 'b 3/1', 'c 2/1']);
  expect(await hiddenRows(memory)).toEqual([1, 0, 0]);
});

test('a late older batch is hidden in its own new segment, and takes nothing from the newer row', async () => {
  await publish('e1', [await segmentOf(memory, [rowOf('a', 2), rowOf('b', 2, 2)])]);
  const { manifest } = await publish('e2', [await segmentOf(memory, [rowOf('a', 1), rowOf('c', 1, 2)])]);
  expect(manifest?.fact.changed).toMatchObject({ published: { rows: 1 }, superseded: { rows: 1 } });
  expect(await liveRows(memory)).toEqual(['a 2/1', 'b 2/2', 'c 1/2']);
  expect(await hiddenRows(memory)).toEqual([0, 1]);
});

test('of two rows of one version the same one stays in either order, and the other is a duplicate', async () => {
  const twins = [rowOf('a', 1, 1, 0), rowOf('a', 1, 1, 7)];
  const setHashes = [];
  for (const order of [twins, twins.toReversed()]) {
    const store = new MemoryStore();
    for (const [n, row] of order.entries()) await publish(`e${n}`, [await segmentOf(store, [row])], store);
    const manifest = must(await readLatest(store, collection)).fact;
    expect(manifest.totals).toMatchObject({ added: { rows: 2 }, duplicates: { rows: 1 }, superseded: emptyTally });
    expect(manifest.live.rows).toBe(1);
    setHashes.push(manifest.live.setHash);
  }
  expect(setHashes[0]).toBe(setHashes[1]);
});

test('the very same row in two batches is published once, and counted as a duplicate', async () => {
  for (const who of ['e1', 'e2']) await publish(who, [await segmentOf(memory, [rowOf('a', 1)])]);
  const { version, live, totals } = await latest();
  expect({ version, live, totals }).toMatchObject({
    version: 2,
    live: { rows: 1 },
    totals: { added: { rows: 2 }, duplicates: { rows: 1 }, superseded: emptyTally },
  });
});

/** Few ids and versions, so that they meet in every way. */
const anyRow = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    sequence: fc.integer({ min: 1, max: 4 }),
    line: fc.integer({ min: 1, max: 2 }),
    variant: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ id, sequence, line, variant }) => rowOf(id, sequence, line, variant));
const anyBatch = fc.uniqueArray(anyRow, { selector: ({ id }) => id, minLength: 1, maxLength: 4 });
/** Versions of segments of batches. */
const anyHistory = fc.array(
  fc.array(fc.array(anyBatch, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

test('whatever comes in whatever order: of every id the best row is live, once, and everything added is accounted for', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const store = new MemoryStore();
      await createCollection(store);
      for (const [n, segments] of history.entries()) {
        const receipts = [];
        for (const batches of segments) receipts.push(await segmentOf(store, ...batches));
        await publish(`e${n}`, receipts, store);
      }
      const all = history.flat(3);
      const best = new Map<string, Row>();
      for (const row of all) {
        const known = best.get(row.id);
        if (known === undefined || compareContenders(row, known) > 0) best.set(row.id, row);
      }
      const names = [...best.values()].map(({ id, sequence, line }) => `${id} ${sequence}/${line}`).toSorted();
      expect(await liveRows(store)).toEqual(names);
      const { live, totals } = must(await readLatest(store, collection)).fact;
      expect(totals.added.rows).toBe(all.length);
      expect(sameTally(totals.added, addTallies(live, totals.superseded, totals.duplicates))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

describe('two publishers with the same deltas', () => {
  let deltas: DeltaPlace[];
  beforeEach(async () => {
    deltas = await sealBatch(memory, [rowOf('a', 1)], [rowOf('b', 1, 2)], [rowOf('c', 1, 3)]);
  });

  /** One grouped them as [0, 1] and [2], the other as [0] and [1, 2]. */
  async function chunks(...groups: readonly (readonly number[])[]): Promise<SegmentReceipt[]> {
    return Promise.all(
      groups.map(async (group) =>
        compact(
          memory,
          group.map((at) => must(deltas[at])),
        ),
      ),
    );
  }

  test.each([
    { first: [[0, 1], [2]], second: [[0], [1, 2]] },
    { first: [[0], [1, 2]], second: [[0, 1], [2]] },
  ])('one after the other: the second finds all of it published and returns nothing', async ({ first, second }) => {
    await publish('e1', await chunks(...first));
    const { manifest, returned } = await publish('e2', await chunks(...second));
    expect({ manifest, returned }).toEqual({ manifest: null, returned: [] });
    expect(await liveRows(memory)).toEqual(['a 1/1', 'b 1/2', 'c 1/3']);
    expect(await latest()).toMatchObject({ version: 1, executionId: 'e1' });
  });

  test('who comes second drops the segment that holds a published part, and returns its other deltas', async () => {
    await publish('e1', await chunks([0]));
    const { manifest, returned } = await publish('e2', await chunks([0, 1], [2]));
    expect(placesOf(returned)).toEqual(placesOf([must(deltas[1])]));
    expect(placesOf(manifest?.fact.added ?? [])).toEqual(placesOf([must(deltas[2])]));
    expect(await liveRows(memory)).toEqual(['a 1/1', 'c 1/3']);
    await publish('e3', [await compact(memory, returned)]);
    expect(await liveRows(memory)).toEqual(['a 1/1', 'b 1/2', 'c 1/3']);
  });

  test('overtaken in the very moment of its commit, it starts again from the winner’s version', async () => {
    const theirs = await chunks([0], [2]);
    const ours = await chunks([0, 1], [2]);
    let overtakings = 0;
    const store = new FaultyStore(memory, {
      put: async (key, forward) => {
        if (key === keys.snapshot(1) && overtakings++ === 0) await publish('e1', theirs);
        return forward();
      },
    });
    const { manifest, returned } = await publish('e2', ours, store);
    expect(manifest).toBeNull();
    expect(placesOf(returned)).toEqual(placesOf([must(deltas[1])]));
    expect(await liveRows(memory)).toEqual(['a 1/1', 'c 1/3']);
    expect(await latest()).toMatchObject({ version: 1, executionId: 'e1' });
  });

  test('with nothing in common both are published, whoever wins', async () => {
    const theirs = await chunks([0]);
    let overtakings = 0;
    const store = new FaultyStore(memory, {
      put: async (key, forward) => {
        if (key === keys.snapshot(1) && overtakings++ === 0) await publish('e1', theirs);
        return forward();
      },
    });
    const { manifest, returned } = await publish('e2', await chunks([1, 2]), store);
    expect(returned).toEqual([]);
    expect(manifest?.fact).toMatchObject({ version: 2, executionId: 'e2' });
    expect(await liveRows(memory)).toEqual(['a 1/1', 'b 1/2', 'c 1/3']);
  });

  test('repeated by a process that went on for it, it returns the same deltas again', async () => {
    await publish('e1', await chunks([0]));
    const receipts = await chunks([0, 1], [2]);
    const once = await publish('e2', receipts);
    expect(placesOf(once.returned)).toEqual(placesOf([must(deltas[1])]));
    expect(await publish('e2', receipts)).toEqual(once);
  });

  test('at once, many of them: every part is published exactly once', async () => {
    const groupings = [[[0], [1], [2]], [[0, 1, 2]], [[0, 1], [2]], [[0], [1, 2]]];
    const receipts = await Promise.all(groupings.map(async (groups) => chunks(...groups)));
    await Promise.all(receipts.map(async (own, n) => publish(`e${n}`, own)));
    const { totals } = await latest();
    expect(totals.duplicates).toEqual(emptyTally);
    expect(totals.added.rows).toBe((await liveRows(memory)).length);
  });

  test('whoever makes the next version first says what the one before has published', async () => {
    const { manifest } = await publish('e1', await chunks([0, 1]));
    expect(await keysOf(memory, keys.batch(must(deltas[0]).batchId).published(0))).toEqual([]);
    await publish('e2', await chunks([2]));
    for (const { batchId, part } of deltas.slice(0, 2)) {
      const { fact } = await requireFact<PublishedFact>(memory, keys.batch(batchId).published(part));
      expect(fact).toMatchObject({ batchId, part, manifest: manifest?.ref });
    }
  });
});

describe('a repeated publish', () => {
  test('recognises its own commit and writes nothing', async () => {
    const receipts = [await segmentOf(memory, [rowOf('a', 1)])];
    const once = await publish('e1', receipts);
    const before = await keysOf(memory);
    expect(await publish('e1', receipts)).toEqual(once);
    expect(await keysOf(memory)).toEqual(before);
  });

  test('recognises it also where somebody else has published since', async () => {
    const receipts = [await segmentOf(memory, [rowOf('a', 1)])];
    await publish('e1', receipts);
    await publish('e2', [await segmentOf(memory, [rowOf('b', 1)])]);
    expect(await publish('e1', receipts)).toEqual({ manifest: null, returned: [] });
    expect(await latest()).toMatchObject({ version: 2, executionId: 'e2' });
  });

  test('of a later round is another commit', async () => {
    await publish(publisher('e1', 0), [await segmentOf(memory, [rowOf('a', 1)])]);
    await publish(publisher('e1', 1), [await segmentOf(memory, [rowOf('b', 1)])]);
    expect(await latest()).toMatchObject({ version: 2, executionId: 'e1', round: 1 });
    expect(await liveRows(memory)).toEqual(['a 1/1', 'b 1/1']);
  });

  test.each(['says "exists"', 'fails'])('is not needed where the commit happened and its answer %s', async (how) => {
    let answers = 0;
    const store = new FaultyStore(memory, {
      put: async (key, forward) => {
        const result = await forward();
        if (key !== keys.snapshot(1) || answers++ > 0) return result;
        if (how === 'fails') throw unavailable('timeout', 'no answer');
        return 'exists';
      },
    });
    const { manifest } = await publish('e1', [await segmentOf(memory, [rowOf('a', 1)])], store);
    expect(manifest?.fact).toMatchObject({ version: 1, executionId: 'e1' });
    expect(await latest()).toMatchObject({ version: 1 });
  });

  test('writes the same `published/` facts twice without harm', async () => {
    const { manifest } = await publish('e1', [await segmentOf(memory, [rowOf('a', 1)])]);
    await markPublished(memory, must(manifest));
    const before = await keysOf(memory);
    await markPublished(memory, must(manifest));
    expect(await keysOf(memory)).toEqual(before);
  });
});

describe('a publish that does not balance is refused, and nothing is published', () => {
  /** What a receipt says, and its segment does not hold. */
  const lies: Record<string, (receipt: SegmentReceipt, other: SegmentReceipt) => SegmentReceipt> = {
    'a row more than went in': (receipt) => ({
      ...receipt,
      inputTally: { ...receipt.inputTally, rows: receipt.inputTally.rows + 1 },
    }),
    'other contents': (receipt, other) => ({
      ...receipt,
      inputTally: { ...receipt.inputTally, setHash: other.inputTally.setHash },
    }),
    'other ids': (receipt, other) => ({
      ...receipt,
      inputTally: { ...receipt.inputTally, keyHash: other.inputTally.keyHash },
    }),
    'rows superseded that were not': (receipt, other) => ({ ...receipt, superseded: other.inputTally }),
    'a segment that was compacted of other deltas': (receipt, other) => ({ ...receipt, segment: other.segment }),
  };

  test.each(Object.entries(lies))('%s', async (_, lie) => {
    await publish('e0', [await segmentOf(memory, [rowOf('x', 1), rowOf('y', 1, 2)])]);
    const receipt = await segmentOf(memory, [rowOf('a', 1), rowOf('x', 2, 2)]);
    const other = await segmentOf(memory, [rowOf('b', 1), rowOf('c', 2, 2)]);
    await expect(publish('e1', [lie(receipt, other)])).rejects.toMatchObject({
      kind: 'Internal',
      code: 'publish-imbalance',
    });
    expect(await latest()).toMatchObject({ version: 1, executionId: 'e0' });
  });
});

test('a publisher that others overtake for ever gives up with a conflict', async () => {
  const receipt = await segmentOf(memory, [rowOf('a', 1)]);
  const { manifest } = await publish('e0', [await segmentOf(memory, [rowOf('b', 1)])]);
  let attempts = 0;
  const store = new FaultyStore(memory, {
    put: async (key, forward) => {
      if (!key.startsWith(keys.snapshots)) return forward();
      attempts += 1;
      const version = Number(key.slice(keys.snapshots.length, -'.json'.length));
      await memory.put(key, encodeFact(key, { ...must(manifest).fact, version, executionId: 'e9', added: [] }));
      return 'exists';
    },
  });
  await expect(publish('e1', [receipt], store)).rejects.toMatchObject({ kind: 'Conflict', code: 'publish-contended' });
  expect(attempts).toBe(limits.publishAttemptsMax);
});
