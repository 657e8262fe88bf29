import { type ErrorReport, toAlluviumError } from '../domain/errors.ts';
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
 * 3. One with an outcome died before its history was told to the end: whoever goes on with it runs nothing, and tells the rest.
 * 4. Nothing depends on this being noticed: `running/` is a hint, and what a dead execution left undone any later one does.
 * 5. So one whose own facts are damaged is closed, or forgotten: `verify` names them, and they keep nobody from going on.
 */
export async function findAbandoned(
  store: Store,
  { documentHash, collections, takeoverAfterMs }: TakeoverOptions,
): Promise<Stored<ExecutionInput> | null> {
  for await (const { key } of store.list(runningPrefix)) {
    const executionId = key.slice(runningPrefix.length);
    const input = await findSilent(store, executionId, takeoverAfterMs);
    if (input === 'over') await store.delete(key);
    else if (input === null) continue;
    else if (input.fact.documentHash !== documentHash) await closeOutdated(store, input);
    else if (String(input.fact.collections) === String(collections)) return input;
  }
  return null;
}

/** The input of an execution that shows no life, null for one that does, `over` for one that was stopped, or whose facts are damaged. */
async function findSilent(
  store: Store,
  executionId: string,
  takeoverAfterMs: number,
): Promise<Stored<ExecutionInput> | 'over' | null> {
  const keys = executionKeys(executionId);
  try {
    const input = await findFact<ExecutionInput>(store, keys.input);
    if (input === null || (await isAlive(store, input.fact, takeoverAfterMs))) return null;
    const outcome = await findFact<OutcomeFact>(store, keys.outcome);
    return outcome?.fact.stopped === true ? 'over' : input;
  } catch (thrown) {
    if (toAlluviumError(thrown).kind === 'Corrupt') return 'over';
    throw thrown;
  }
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

async function closeOutdated(store: Store, input: Stored<ExecutionInput>): Promise<void> {
  await closeExecution(store, input, {
    kind: 'Conflict',
    code: 'document-changed',
    message: 'the execution was begun with another version of the pipeline; a new one goes on from the facts',
    hint: null,
    details: { documentHash: input.fact.documentHash },
  });
}

/** Ends an execution that cannot be gone on with, and says why. */
export async function closeExecution(
  store: Store,
  { fact, ref }: Stored<ExecutionInput>,
  error: ErrorReport,
): Promise<void> {
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
    error,
  });
  await store.delete(runningKey(executionId));
}
