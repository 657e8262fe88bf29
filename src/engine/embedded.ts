import { reportError } from '../domain/errors.ts';
import { definition } from '../pipeline/definition.ts';
import { type StepName, stepNames, type TaskInput } from '../pipeline/task.ts';
import { nextTurn } from '../runtime/clock.ts';
import type { HistoryWriter } from './history.ts';
import { interpret, type TaskHandler } from './interpreter.ts';
import type { TaskRunner } from './task-runner.ts';
import { type InterpreterEvent, translateEvent } from './translate-event.ts';

/** What the document starts with. */
export interface ExecutionStart {
  readonly executionId: string;
  readonly round: 0;
  readonly concurrency: number;
}

/**
 * Runs the document with an interpreter of the States Language in this process. A `Fail` state is an outcome, not an error: what happened
 * stands in the execution's facts. Once the signal fires no further task is started; those under way end.
 */
export async function runEmbedded(
  start: ExecutionStart,
  runner: TaskRunner,
  history: HistoryWriter,
  signal?: AbortSignal,
): Promise<void> {
  const execution = interpret(definition, start, handlers(runner));
  const told = tellHistory(execution.eventLogs, history);
  const abort = (): void => {
    void runner.stop();
    execution.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    await execution.result;
  } catch (error) {
    if (!(error instanceof Error) || !endNames.has(error.name)) throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  await told;
  await runner.stop();
}

/** How the interpreter says that a `Fail` state was reached, or that it was told to stop. */
const endNames: ReadonlySet<string> = new Set(['ExecutionError', 'ExecutionAbortedError']);

async function tellHistory(events: AsyncIterable<InterpreterEvent>, history: HistoryWriter): Promise<void> {
  for await (const event of events) {
    for (const translated of translateEvent(event)) history.add(translated);
  }
}

function handlers(runner: TaskRunner): Record<string, TaskHandler> {
  const handler =
    (name: StepName): TaskHandler =>
    async (input) =>
      call(runner, name, input);
  return Object.fromEntries(
    stepNames.flatMap((name) => [
      [name, handler(name)],
      [`Record${name}Failure`, handler('RecordFailure')],
    ]),
  ) as Record<string, TaskHandler>;
}

/** The document matches errors by name, and hands on their message: the name is the kind, the message the whole report. */
async function call(runner: TaskRunner, name: StepName, input: unknown): Promise<object> {
  // Lets the history hear of the state that calls before it hears of the task.
  await nextTurn();
  try {
    return await runner.run(name, input as TaskInput);
  } catch (thrown) {
    const report = reportError(thrown);
    const error = new Error(JSON.stringify(report), { cause: thrown });
    error.name = report.kind;
    throw error;
  }
}
