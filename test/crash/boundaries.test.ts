// Would catch: a write out of order, so that a process killed between two of them loses a record, hands in half, or publishes something twice.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { executionKeys, parseKey, storeKey } from '../../src/domain/keys.ts';
import { readHistory } from '../../src/engine/history.ts';
import { audit, ingest, MemoryStore, openOn, readRows, verify } from '../../src/index.ts';
import { readLatest } from '../../src/snapshot/latest.ts';
import type { Store } from '../../src/store/contract.ts';
import { type Objects, objectsOf, storeOf } from '../e2e/small-store.ts';
import { dyingAt, FaultyStore, keysOf, type Life } from '../faulty-store.ts';
import { collection, handIn, letters } from './letters.ts';

async function bringHome(store: Store, takeoverAfterMs?: number): Promise<void> {
  const options = { workers: 0, providers: [letters], deltasPerChunk: 1, takeoverAfterMs };
  const { outcome } = await ingest(await openOn(store), options);
  expect(['Complete', 'CompleteWithQuarantine']).toContain(outcome);
}

/** What is done one after the other, each killed at every change it makes: two batches, and two that supersede rows and leave residue. */
const acts = {
  'the first submit': async (store: Store) => {
    await handIn(store, ['a:one', 'b:two', 'c:three'], 2);
  },
  'the first ingest': bringHome,
  'a submit that changes records': async (store: Store) => {
    await handIn(store, ['a:uno', 'b:due', 'd:!bad', 'e:cinque'], 2);
  },
  'an ingest with superseded rows and residue': bringHome,
};

/** What must be the same whatever happened on the way. */
async function truthOf(store: Store): Promise<object> {
  const keys = await keysOf(store);
  const count = (type: string): number => keys.filter((key) => parseKey(key)?.type === type).length;
  const rows = await Array.fromAsync(readRows(store, collection), ({ id, document, sequence, line }) =>
    [id, document, sequence, line].join(' '),
  );
  const live = (await readLatest(store, collection))?.fact.live;
  const ledger = await audit(await openOn(store));
  return { live, rows, ledger, submissions: count('submission'), versions: count('snapshot') };
}

/** At any moment: every record is accounted for, and nothing that a fact names is damaged or missing. */
async function expectWhole(store: Store): Promise<void> {
  if ((await store.head(storeKey)) === null) return;
  const opened = await openOn(store);
  expect(await audit(opened)).toMatchObject({ balanced: true });
  expect(await verify(opened)).toMatchObject({ damaged: [], foreign: [] });
}

async function executionsOf(store: Store): Promise<Set<string>> {
  const keys = await keysOf(store, 'executions/');
  return new Set(keys.map((key) => parseKey(key)?.executionId ?? ''));
}

/** Each execution's story is told once and to its end, however many processes told it: every run of every task is in it. */
async function expectHistories(store: Store): Promise<void> {
  for (const executionId of await executionsOf(store)) {
    const events = await Array.fromAsync(readHistory(store, executionId));
    expect(events.map(({ id }) => id)).toEqual(events.map((_, position) => position + 1));
    const told = events.map(({ type, state, round, index, details }) =>
      JSON.stringify([type, state, round, index, details['attempt'], details['deltaKey']]),
    );
    expect(told).toHaveLength(new Set(told).size);
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionSucceeded' });
    const attempts = await keysOf(store, executionKeys(executionId).attempts);
    const count = (pattern: RegExp): number => events.filter(({ type }) => pattern.test(type)).length;
    expect(count(/^TaskStarted$/)).toBe(attempts.filter((key) => key.endsWith('.started.json')).length);
    expect(count(/^Task(Succeeded|Failed)$/)).toBe(attempts.filter((key) => key.endsWith('.ended.json')).length);
  }
}

/** Runs an act in a process that dies at a certain change. Null when it made no such change. */
async function killed(
  act: (store: Store) => Promise<void>,
  start: Objects,
  change: number,
  moment: 'before' | 'after',
): Promise<{ readonly store: MemoryStore; readonly diedAt: string } | null> {
  const store = await storeOf(start);
  const life: Life = { changes: 0, diedAt: null };
  const ending = await act(new FaultyStore(store, dyingAt(change, moment, life))).then(
    () => 'succeeded',
    () => 'failed',
  );
  if (life.diedAt === null) return null;
  // The outcome stands before the last of the history is written.
  if (parseKey(life.diedAt)?.type !== 'events') expect(ending).toBe('failed');
  return { store, diedAt: life.diedAt };
}

describe('killed before or after any change to the store', () => {
  const starts = new Map<string, Objects>();
  const reached = new Map<string, number>();
  let truth: object = {};

  beforeAll(async () => {
    const store = new MemoryStore();
    for (const [name, act] of Object.entries(acts)) {
      starts.set(name, await objectsOf(store));
      await act(store);
    }
    truth = await truthOf(store);
    expect(truth).toMatchObject({ ledger: { collections: [{ published: 4, superseded: 2, residue: 1 }] } });
  });

  /** Kills the act at each of its changes, finishes the work each time, and counts. */
  async function killEverywhere(name: keyof typeof acts, takeoverAfterMs: number | undefined): Promise<number> {
    const names = Object.keys(acts) as (keyof typeof acts)[];
    const remaining = names.slice(names.indexOf(name));
    let count = 0;
    for (const moment of ['before', 'after'] as const) {
      for (let change = 0; ; change++) {
        const death = await killed(acts[name], starts.get(name) ?? new Map(), change, moment);
        if (death === null) break;
        const { store, diedAt } = death;
        try {
          await expectWhole(store);
          for (const next of remaining) await acts[next](store, takeoverAfterMs);
          expect(await truthOf(store)).toEqual(truth);
          await bringHome(store, 0);
          expect(await truthOf(store)).toEqual(truth);
          await expectWhole(store);
          await expectHistories(store);
        } catch (error) {
          throw new Error(`killed ${moment} change ${change}: ${diedAt}`, { cause: error });
        }
        const type = parseKey(diedAt)?.type ?? diedAt;
        reached.set(type, (reached.get(type) ?? 0) + 1);
        count += 1;
      }
    }
    return count;
  }

  for (const name of ['the first submit', 'a submit that changes records'] as const) {
    test(`${name}: everything or nothing was handed in, and a second submit hands in the rest`, async () => {
      const count = await killEverywhere(name, undefined);
      console.log(`${name}: killed at ${count} boundaries`);
      expect(count).toBeGreaterThan(10);
    });
  }

  for (const name of ['the first ingest', 'an ingest with superseded rows and residue'] as const) {
    test.each([
      ['it is taken over', 0],
      ['a new execution goes on from the facts, and later ends it', undefined],
    ])(`${name}: %s`, async (_, takeoverAfterMs) => {
      const count = await killEverywhere(name, takeoverAfterMs);
      console.log(`${name}: killed at ${count} boundaries`);
      expect(count).toBeGreaterThan(80);
    });
  }

  afterAll(() => {
    const total = [...reached.values()].reduce((sum, count) => sum + count, 0);
    const types = [...reached].map(([type, count]) => `${type} ${count}`).toSorted();
    console.log(`killed ${total} times, each time everything was there: ${types.join(', ')}`);
  });
});
