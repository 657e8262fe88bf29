import { type AlluviumError, internal, toAlluviumError } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { ExecutionInput, OutcomeFact } from '../domain/facts.ts';
import { executionKeys, runningKey } from '../domain/keys.ts';
import type { IngestEvent, LogEvent } from '../pipeline/events.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import { deadline } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { findFact, requireFact } from '../store/facts.ts';
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
  const limit = timeLimitMs === undefined ? never : deadline(timeLimitMs);
  const stop = AbortSignal.any([takenOver.signal, signal ?? never, limit]);
  const history = await HistoryWriter.open(store, executionId, () => takenOver.abort());
  const runner = new TaskRunner(store, executor, history, onEvent, isResumed);
  onEvent({ type: 'ExecutionStarted', executionId });
  const message = isResumed ? 'execution taken over' : 'execution started';
  onEvent({ type: 'Log', level: 'info', logger: 'engine', message, fields: { executionId } });
  try {
    await runEmbedded({ executionId, round: 0, concurrency: settings.concurrency }, runner, history, stop);
    throwIfCanceled(signal);
    if (history.isTakenOver) return null;
    const outcome = await readOutcome(store, executionId, runner, limit.aborted);
    const failure = await history.close();
    // Otherwise a later ingest tells the rest of the history.
    if (failure === null && !history.isTakenOver) await removeHint(store, executionId);
    const ended = `execution ended: ${outcome.fact.outcome}`;
    onEvent({ type: 'Log', level: 'info', logger: 'engine', message: ended, fields: { executionId } });
    if (failure !== null) onEvent(untoldLine(executionId, failure));
    return outcome;
  } finally {
    await history.close();
  }
}

function untoldLine(executionId: string, { kind, code, message }: AlluviumError): LogEvent {
  const fields = { executionId, error: message, errorCode: code, errorType: kind };
  return { type: 'Log', level: 'warn', logger: 'engine', message: 'history not written to its end', fields };
}

/** What has ended has ended: a hint that cannot be removed now is removed by a later ingest. */
async function removeHint(store: Store, executionId: string): Promise<void> {
  try {
    await store.delete(runningKey(executionId));
  } catch (thrown) {
    if (toAlluviumError(thrown).kind !== 'Unavailable') throw thrown;
  }
}

/** A signal that does not fire. */
const never = new AbortController().signal;

/** What the document concluded; or, where the time limit kept it from it, what can be concluded of what was done. */
async function readOutcome(
  store: Store,
  executionId: string,
  runner: TaskRunner,
  isLimitReached: boolean,
): Promise<Stored<OutcomeFact>> {
  const { outcome: key } = executionKeys(executionId);
  const reached = await findFact<OutcomeFact>(store, key);
  if (reached !== null) return reached;
  if (isLimitReached) {
    const input = { executionId, round: runner.lastRound, state: 'Conclude', item: 0, stopped: true } as const;
    await runner.run('Conclude', input);
    return await requireFact<OutcomeFact>(store, key);
  }
  throw runner.lastError ?? internal('outcome-absent', `the execution ended without an outcome: ${executionId}`);
}
