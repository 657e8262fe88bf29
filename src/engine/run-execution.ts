import { internal } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { ExecutionInput, OutcomeFact } from '../domain/facts.ts';
import { executionKeys, runningKey } from '../domain/keys.ts';
import type { IngestEvent } from '../pipeline/events.ts';
import { interrupted } from '../runtime/cancellation.ts';
import { deadline } from '../runtime/clock.ts';
import { findFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { runEmbedded } from './embedded.ts';
import type { Executor } from './executor.ts';
import { HistoryWriter } from './history.ts';
import { TaskRunner } from './task-runner.ts';

export interface RunOptions {
  readonly timeLimitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: IngestEvent) => void) | undefined;
}

/**
 * Runs one execution from its beginning, or from where a dead process left it, to its outcome. Null when another process took it over
 * meanwhile: the outcome is then that one's business.
 */
export async function runExecution(
  { store }: AlluviumStore,
  { fact }: Stored<ExecutionInput>,
  isResumed: boolean,
  executor: Executor,
  { timeLimitMs, signal, onEvent = () => undefined }: RunOptions,
): Promise<Stored<OutcomeFact> | null> {
  const { executionId, settings } = fact;
  const takenOver = new AbortController();
  const limit = timeLimitMs === undefined ? null : deadline(timeLimitMs);
  const stop = AbortSignal.any([
    takenOver.signal,
    ...(signal === undefined ? [] : [signal]),
    ...(limit === null ? [] : [limit]),
  ]);
  const history = await HistoryWriter.open(store, executionId, () => takenOver.abort());
  const runner = new TaskRunner(store, executor, history, onEvent, isResumed);
  onEvent({ type: 'ExecutionStarted', executionId });
  try {
    await runEmbedded({ executionId, round: 0, concurrency: settings.concurrency }, runner, history, stop);
    if (signal?.aborted === true) throw interrupted();
    if (history.isTakenOver) return null;
    const keys = executionKeys(executionId);
    const reached = await findFact<OutcomeFact>(store, keys.outcome);
    if (reached === null && limit?.aborted === true) {
      await runner.run('Conclude', {
        executionId,
        round: runner.lastRound,
        state: 'Conclude',
        item: 0,
        stopped: true,
      });
    }
    const outcome = reached ?? (await findFact<OutcomeFact>(store, keys.outcome));
    if (outcome === null) {
      throw runner.lastError ?? internal('outcome-absent', `the execution ended without an outcome: ${executionId}`);
    }
    await store.delete(runningKey(executionId));
    return outcome;
  } finally {
    await history.close();
  }
}
