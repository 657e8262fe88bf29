// Would catch: a dead coordinator's work that is lost or done twice, a task that kills every process it meets, an old pipeline gone on with.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ExecutionInput, OutcomeFact } from '../domain/facts.ts';
import { executionKeys, runningKey } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { type AlluviumStore, audit, ingest, inputLines, MemoryStore, openOn, submit, verify } from '../index.ts';
import { flipAt, keysOf } from '../../test/faulty-store.ts';
import { createFact, findFact } from '../store/facts.ts';
import { readHistory } from './history.ts';

const documentHash = 'of another version';
const abandonedId = '01900000-0000-7000-8000-000000000000';
const startedAt = '2026-01-01T00:00:00.000Z';

/** Inputs are written as a coordinator that died right after would have left them. */
async function abandon(store: AlluviumStore, change: Partial<ExecutionInput> = {}): Promise<void> {
  const body: ExecutionInput = {
    executionId: abandonedId,
    stage: 'dev',
    startedAt,
    documentHash: await currentDocumentHash(),
    collections: null,
    settings: { concurrency: 1, deltasPerChunk: 10 },
    ...change,
  };
  await store.store.put(runningKey(abandonedId), new Uint8Array());
  await createFact(store.store, executionKeys(abandonedId).input, body);
}

/** What an execution of today's pipeline says of its document. */
async function currentDocumentHash(): Promise<string> {
  const store = await openOn(new MemoryStore(), { create: true });
  const { executionId } = await ingest(store, { workers: 0 });
  const input = await findFact<ExecutionInput>(store.store, executionKeys(executionId).input);
  return input?.fact.documentHash ?? '';
}

async function outcomeOf(store: AlluviumStore): Promise<OutcomeFact | null> {
  return (await findFact<OutcomeFact>(store.store, executionKeys(abandonedId).outcome))?.fact ?? null;
}

describe('an execution whose coordinator died', () => {
  let store: AlluviumStore;

  beforeEach(async () => {
    store = await openOn(new MemoryStore(), { create: true });
    const records = ['a', 'b', 'c'].map((id, n) => ({ id, vector: [n + 1, 1] }));
    await submit(store, 'abc', inputLines(records), { recordsPerBatch: 1 });
  });

  test('is ended first: it publishes, and the new one finds nothing to do', async () => {
    await abandon(store);
    const { takenOver, collections } = await ingest(store, { workers: 0 });
    expect(takenOver).toEqual([abandonedId]);
    expect(collections).toMatchObject([{ batches: 0, published: 0, version: 1 }]);
    expect(await outcomeOf(store)).toMatchObject({ outcome: 'Complete', collections: [{ published: 3 }] });
    expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ published: 3 }] });
    expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 0 });
    expect((await ingest(store, { workers: 0 })).takenOver).toEqual([]);
  });

  test('is left alone while it shows life', async () => {
    await abandon(store, { startedAt: new Date().toISOString() });
    const { takenOver, collections } = await ingest(store, { workers: 0 });
    expect(takenOver).toEqual([]);
    expect(collections).toMatchObject([{ published: 3 }]);
    expect(await outcomeOf(store)).toBeNull();
  });

  test('of another pipeline is closed as Inconclusive, and a new one goes on from the facts', async () => {
    await abandon(store, { documentHash });
    const { takenOver, collections } = await ingest(store, { workers: 0 });
    expect(takenOver).toEqual([]);
    expect(collections).toMatchObject([{ outcome: 'Complete', published: 3 }]);
    expect(await outcomeOf(store)).toMatchObject({ outcome: 'Inconclusive', error: { code: 'document-changed' } });
  });

  test('tells one history, whoever wrote it: what was told is not told again', async () => {
    await abandon(store);
    await ingest(store, { workers: 0 });
    const ids = (await Array.fromAsync(readHistory(store.store, abandonedId))).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, position) => position + 1));
    await store.store.delete(executionKeys(abandonedId).outcome);
    await store.store.put(runningKey(abandonedId), new Uint8Array());
    await ingest(store, { workers: 0, takeoverAfterMs: 0 });
    const again = await Array.fromAsync(readHistory(store.store, abandonedId));
    expect(again.slice(0, ids.length).map(({ id }) => id)).toEqual(ids);
    expect(again.filter(({ type }) => type === 'ExecutionStarted')).toHaveLength(1);
    expect(again.filter(({ type }) => type === 'DeltaVerified')).toHaveLength(3);
  });

  test('with a task that died three times together with its process: the item fails, the others are published', async () => {
    await abandon(store);
    for (let attempt = 0; attempt < limits.unendedAttemptsMax; attempt++) {
      const { started } = executionKeys(abandonedId).attempt(0, 'PollBatch', 1, attempt);
      await createFact(store.store, started, { state: 'PollBatch', attempt, startedAt });
    }
    await ingest(store, { workers: 0 });
    const outcome = await outcomeOf(store);
    expect(outcome).toMatchObject({ outcome: 'Inconclusive', collections: [{ published: 2, pending: 1 }] });
    expect(outcome?.collections[0]?.reasons.join()).toMatch(/PollBatch 1: Unavailable: child-died/);
    expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ published: 3, pending: 0 }] });
  }, 60_000);
});

describe('an abandoned execution whose own facts are damaged keeps nobody from its work', () => {
  /** An execution that published, and whose end nobody wrote down: everything that a takeover reads is there. */
  async function interruptedStore(): Promise<{ readonly memory: MemoryStore; readonly executionId: string }> {
    const memory = new MemoryStore();
    const store = await openOn(memory, { create: true });
    const records = ['a', 'b', 'c'].map((id, n) => ({ id, vector: [n + 1, 1] }));
    await submit(store, 'abc', inputLines(records), { recordsPerBatch: 1 });
    const { executionId } = await ingest(store, { workers: 0 });
    await memory.delete(executionKeys(executionId).outcome);
    await memory.put(runningKey(executionId), new Uint8Array());
    return { memory, executionId };
  }

  test('whichever of them it is: it is closed or forgotten, and the next run is complete', async () => {
    const { memory, executionId } = await interruptedStore();
    const own = await keysOf(memory, executionKeys(executionId).root);
    expect(own.length).toBeGreaterThan(10);
    let closed = 0;
    for (const key of own) {
      const damaged = new MemoryStore();
      for (const each of await keysOf(memory)) await damaged.put(each, await memory.get(each));
      await flipAt(damaged, key);
      const store = await openOn(damaged);
      const { outcome, executionId: next } = await ingest(store, { workers: 0, takeoverAfterMs: 0 });
      expect(outcome, key).toBe('Complete');
      expect(next).not.toBe(executionId);
      expect(await keysOf(damaged, 'running/'), key).toEqual([]);
      expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ published: 3 }] });
      const outcomeKey = executionKeys(executionId).outcome;
      const fact = await findFact<OutcomeFact>(damaged, outcomeKey);
      if (fact?.fact.outcome === 'Inconclusive') closed += 1;
    }
    expect(closed).toBeGreaterThan(0);
  }, 60_000);
});
