// Would catch: two processes at once that lose a record, publish it twice, or get in each other's way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseKey } from '../../src/domain/keys.ts';
import {
  audit,
  ingest,
  type IngestResult,
  MemoryStore,
  openOn,
  readRows,
  verify,
  type Provider,
} from '../../src/index.ts';
import { nextTurn } from '../../src/runtime/clock.ts';
import { readLatest } from '../../src/snapshot/latest.ts';
import { requireFact } from '../../src/store/facts.ts';
import type { OutcomeFact } from '../../src/domain/facts.ts';
import type { Store } from '../../src/store/contract.ts';
import { dyingAt, FaultyStore, keysOf } from '../faulty-store.ts';
import { dice } from './dice.ts';
import { collection, handIn, letters } from './letters.ts';

const rounds = 50;

/** How one process runs: how it groups deltas, how long each of its calls to the store takes, and which batches are done when it asks. */
const pace = fc.record({
  deltasPerChunk: fc.integer({ min: 1, max: 3 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});
type Pace = typeof pace extends fc.Arbitrary<infer Value> ? Value : never;

/** What the rounds of a test had to do with each other. */
interface Collisions {
  publishesLost: number;
  extraRounds: number;
}

/** The store as a process of that pace sees it. */
function pacedStore(store: Store, { seed }: Pace, collisions: Collisions): Store {
  const roll = dice(seed);
  return new FaultyStore(store, {
    any: async () => {
      for (let turns = roll(4); turns > 0; turns--) await nextTurn();
    },
    put: async (key, forward) => {
      const result = await forward();
      if (result === 'exists' && parseKey(key)?.type === 'snapshot') collisions.publishesLost += 1;
      return result;
    },
  });
}

/** Is done with a batch only when its turn comes. */
function pacedLetters({ seed }: Pace): Provider {
  const roll = dice(seed);
  return {
    ...letters,
    submit: async (...args) => letters.submit(...args),
    poll: async (...args) => (roll(2) === 0 ? letters.poll(...args) : { state: 'running', counts: null }),
    output: (...args) => letters.output(...args),
    errors: (...args) => letters.errors(...args),
    cancel: async (...args) => letters.cancel(...args),
    embed: async (...args) => letters.embed(...args),
  };
}

async function pacedIngest(store: Store, how: Pace, collisions: Collisions): Promise<IngestResult> {
  const { deltasPerChunk, concurrency } = how;
  const options = { workers: 0, providers: [pacedLetters(how)], deltasPerChunk, concurrency };
  return await ingest(await openOn(pacedStore(store, how, collisions)), options);
}

async function bringHome(store: Store, takeoverAfterMs?: number): Promise<IngestResult> {
  return await ingest(await openOn(store), { workers: 0, providers: [letters], takeoverAfterMs });
}

async function truthOf(store: Store): Promise<object> {
  const rows = await Array.fromAsync(readRows(store, collection), ({ id, document, sequence, line }) =>
    [id, document, sequence, line].join(' '),
  );
  const live = (await readLatest(store, collection))?.fact.live;
  return { live, rows: rows.toSorted(), ledger: await audit(await openOn(store)) };
}

const first = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1', 'g:1'];
const second = ['a:22', 'c:22', 'e:22', 'g:22', 'h:22', 'i:22'];

async function submitted(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await handIn(store, first, 1);
  await handIn(store, second, 1);
  return store;
}

test('two ingests at once', async () => {
  const sequential = await submitted();
  await bringHome(sequential);
  const truth = await truthOf(sequential);
  expect(truth).toMatchObject({ ledger: { balanced: true, collections: [{ published: 9, superseded: 4 }] } });
  const collisions: Collisions = { publishesLost: 0, extraRounds: 0 };
  await fc.assert(
    fc.asyncProperty(pace, pace, async (one, other) => {
      const store = await submitted();
      const results = await Promise.all([one, other].map(async (how) => pacedIngest(store, how, collisions)));
      for (const { outcome, collections } of results)
        expect([outcome, collections[0]?.reasons]).toEqual(['Complete', []]);
      expect((await bringHome(store)).outcome).toBe('Complete');
      expect(await truthOf(store)).toEqual(truth);
      expect(await verify(await openOn(store))).toMatchObject({ damaged: [], foreign: [] });
      const splits = (await keysOf(store, 'executions/')).filter((key) => /\/work\/[1-9]\d*\/process-chunk/.test(key));
      collisions.extraRounds += splits.length;
    }),
    { numRuns: rounds, endOnFailure: true },
  );
  console.log(`${rounds} rounds: ${collisions.publishesLost} publishes lost, ${collisions.extraRounds} further rounds`);
  expect(collisions.publishesLost).toBeGreaterThan(0);
  expect(collisions.extraRounds).toBeGreaterThan(0);
});

test('two ingests at once, one of which is killed and taken over', async () => {
  const sequential = await submitted();
  await bringHome(sequential);
  const truth = await truthOf(sequential);
  const collisions: Collisions = { publishesLost: 0, extraRounds: 0 };
  await fc.assert(
    fc.asyncProperty(pace, pace, fc.nat({ max: 200 }), async (one, other, change) => {
      const store = await submitted();
      const dying = new FaultyStore(store, dyingAt(change, 'after', { changes: 0, diedAt: null }));
      await Promise.allSettled([pacedIngest(dying, one, collisions), pacedIngest(store, other, collisions)]);
      await bringHome(store, 0);
      for (const outcome of await outcomesOf(store)) expect(outcome).toEqual(['Complete', []]);
      expect(await truthOf(store)).toEqual(truth);
    }),
    { numRuns: Number(process.env['RUNS'] ?? rounds), endOnFailure: true },
  );
}, 500000);

async function outcomesOf(store: Store): Promise<unknown[]> {
  const keys = (await keysOf(store, 'executions/')).filter((key) => parseKey(key)?.type === 'outcome');
  const facts = await Promise.all(keys.map(async (key) => requireFact<OutcomeFact>(store, key)));
  return facts.map(({ fact }) => [fact.outcome, fact.collections.flatMap(({ reasons }) => reasons)]);
}
