import {
  type AlluviumError,
  conflict,
  errorPolicies,
  type ErrorReport,
  reportError,
  toAlluviumError,
} from '../domain/errors.ts';
import type { AttemptEnded, AttemptStarted, FailureFact, OutcomeFact, ToldEvent } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import type { IngestEvent, LogEvent } from '../pipeline/events.ts';
import { findOutput } from '../pipeline/execution-facts.ts';
import type { StepName, TaskInput } from '../pipeline/task.ts';
import { interrupted } from '../runtime/cancellation.ts';
import { timestamp } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';
import { beginAttempt, readAttempts } from './attempts.ts';
import type { Executor } from './executor.ts';
import type { HistoryWriter, NewEvent } from './history.ts';
import { stateOfStep } from './translate-event.ts';

/** Events that belong into the history, because they say what became of one delta. */
const toldTypes: ReadonlySet<string> = new Set(['DeltaVerified', 'DeltaMerged', 'DeltaAccused']);

/**
 * Runs the tasks of one execution.
 *
 * 1. Every run is recorded before and after, and told in the history.
 * 2. What was decided before the execution was taken over stands: a task that returned, or was given up, is not run again. What of it was
 *    not told yet is told now.
 */
export class TaskRunner {
  readonly #store: Store;
  readonly #executor: Executor;
  readonly #history: HistoryWriter;
  readonly #report: (event: IngestEvent) => void;
  readonly #isResumed: boolean;
  readonly #running = new Set<Promise<unknown>>();
  #isStopped = false;
  /** The last error of a step: it explains an execution that could not even be concluded. */
  lastError: AlluviumError | null = null;
  lastRound = 0;

  constructor(
    store: Store,
    executor: Executor,
    history: HistoryWriter,
    report: (event: IngestEvent) => void,
    isResumed: boolean,
  ) {
    this.#store = store;
    this.#executor = executor;
    this.#history = history;
    this.#report = report;
    this.#isResumed = isResumed;
  }

  /** Runs a task, or gives what it returned when it was run before the execution was taken over. */
  async run(name: StepName, input: TaskInput): Promise<object> {
    if (this.#isStopped && input.stopped !== true) throw interrupted();
    this.lastRound = Math.max(this.lastRound, input.round);
    const running = this.#run(name, input);
    this.#running.add(running);
    try {
      return await running;
    } catch (thrown) {
      this.lastError = toAlluviumError(thrown);
      throw this.lastError;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Starts no further task. Resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #run(name: StepName, input: TaskInput): Promise<object> {
    if (name === 'RecordFailure') return this.#executor.run(name, input, this.#report);
    if (this.#isResumed) {
      for await (const { started, ended } of readAttempts(this.#store, name, input)) {
        this.#tellStart(name, input, started);
        if (ended !== null) this.#tellEnd(name, input, ended);
      }
      const output = await findEarlier(this.#store, name, input);
      if (output !== null) return output;
    }
    const told: ToldEvent[] = [];
    const attempt = await beginAttempt(this.#store, name, input);
    this.#tellStart(name, input, attempt);
    let output: object;
    try {
      output = await this.#executor.run(name, input, (event) => this.#hear(event, told, name, input));
    } catch (thrown) {
      const error = reportError(thrown);
      this.#hear(failedLine(error, attempt.attempt), told, name, input);
      this.#tellEnd(name, input, await attempt.end(error, told));
      throw thrown;
    }
    this.#tellEnd(name, input, await attempt.end(null, told));
    return output;
  }

  #hear(event: IngestEvent, told: ToldEvent[], name: StepName, { executionId, item }: TaskInput): void {
    if (event.type === 'Log') {
      const place = { executionId, state: stateOfStep(name), index: item };
      this.#report({ ...event, fields: { ...place, ...event.fields } });
      return;
    }
    if (toldTypes.has(event.type)) {
      const { type, ...details } = event;
      told.push({ type, timestamp: timestamp(), details });
    }
    this.#report(event);
  }

  #tellStart(name: StepName, input: TaskInput, { attempt, startedAt }: AttemptStarted): void {
    this.#tell(name, input, { type: 'TaskStarted', timestamp: startedAt, details: { attempt } });
  }

  #tellEnd(name: StepName, input: TaskInput, { attempt, endedAt, error, told }: AttemptEnded): void {
    for (const event of told) this.#tell(name, input, event);
    const details =
      error === null ? { attempt } : { attempt, error: error.kind, errorCode: error.code, cause: error.message };
    this.#tell(name, input, { type: error === null ? 'TaskSucceeded' : 'TaskFailed', timestamp: endedAt, details });
  }

  #tell(name: StepName, { round, item }: TaskInput, event: NewEvent): void {
    const state = stateOfStep(name);
    this.#history.add({ ...event, state, round, index: state === name ? null : item });
  }
}

/** What a task returned before the execution was taken over; null where it is to be run. */
async function findEarlier(store: Store, name: StepName, input: TaskInput): Promise<object | null> {
  const keys = executionKeys(input.executionId);
  if (name === 'Conclude') {
    const outcome = await findFact<OutcomeFact>(store, keys.outcome);
    return outcome === null ? null : { outcome: outcome.fact.outcome };
  }
  const output = await findOutput(store, input, name);
  if (output !== null) return output;
  const failure = await findFact<FailureFact>(store, keys.failure(input.round, name, input.item));
  if (failure === null) return null;
  const { code, message } = failure.fact.error;
  // Of a kind that nobody tries again.
  throw conflict('task-given-up', `the task was given up before the execution was taken over: ${code}: ${message}`);
}

function failedLine({ kind, code, message }: ErrorReport, attempt: number): LogEvent {
  const fields = { error: message, errorCode: code, errorType: kind, attempt };
  return {
    type: 'Log',
    level: errorPolicies[kind].retry ? 'warn' : 'error',
    logger: 'engine',
    message: 'task failed',
    fields,
  };
}
