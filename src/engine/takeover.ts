import type { Stored } from '../domain/fact.ts';
import type { ExecutionInput, HistoryPage, OutcomeFact } from '../domain/facts.ts';
import { executionKeys, runningKey, runningPrefix } from '../domain/keys.ts';
import { durationBetween, timestamp } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact, requireFact } from '../store/facts.ts';

/** What an execution must have in common with ours to be gone on with, and how long it must have been silent. */
export interface TakeoverOptions {
  readonly documentHash: string;
  readonly collections: readonly string[] | null;
  readonly takeoverAfterMs: number;
}

/**
 * Executions whose coordinator died.
 *
 * 1. An execution lives while pages of its history appear; one that has written none for `takeoverAfterMs` is taken over.
 * 2. One of another document is not gone on with: it is closed as `Inconclusive`, and a new one goes on from the facts.
 * 3. Nothing depends on this being noticed: `running/` is a hint, and what a dead execution left undone any later one does.
 */
export async function findAbandoned(
  store: Store,
  { documentHash, collections, takeoverAfterMs }: TakeoverOptions,
): Promise<Stored<ExecutionInput> | null> {
  for await (const { key } of store.list(runningPrefix)) {
    const executionId = key.slice(runningPrefix.length);
    const keys = executionKeys(executionId);
    const input = await findFact<ExecutionInput>(store, keys.input);
    const hasEnded = (await store.head(keys.outcome)) !== null;
    if (hasEnded) await store.delete(key);
    if (input === null || hasEnded || (await isAlive(store, input.fact, takeoverAfterMs))) continue;
    if (input.fact.documentHash !== documentHash) await closeOutdated(store, input);
    else if (String(input.fact.collections) === String(collections)) return input;
  }
  return null;
}

async function isAlive(
  store: Store,
  { executionId, startedAt }: ExecutionInput,
  takeoverAfterMs: number,
): Promise<boolean> {
  let lastKey: string | null = null;
  for await (const { key } of store.list(executionKeys(executionId).events)) lastKey = key;
  const shownAt = lastKey === null ? startedAt : (await requireFact<HistoryPage>(store, lastKey)).fact.writtenAt;
  return durationBetween(shownAt, timestamp()) < takeoverAfterMs;
}

async function closeOutdated(store: Store, { fact, ref }: Stored<ExecutionInput>): Promise<void> {
  const { executionId, startedAt } = fact;
  const endedAt = timestamp();
  await createFact<OutcomeFact>(store, executionKeys(executionId).outcome, {
    executionId,
    outcome: 'Inconclusive',
    stopped: false,
    input: ref,
    startedAt,
    endedAt,
    durationMs: durationBetween(startedAt, endedAt),
    collections: [],
    error: {
      kind: 'Conflict',
      code: 'document-changed',
      message: 'the execution was begun with another version of the pipeline; a new one goes on from the facts',
      hint: null,
      details: { documentHash: fact.documentHash },
    },
  });
  await store.delete(runningKey(executionId));
}
