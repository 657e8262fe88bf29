import { StateMachine } from 'aws-local-stepfunctions';
import { type AlluviumError, reportError, toAlluviumError } from '../domain/errors.ts';
import { definition } from '../pipeline/definition.ts';
import { interrupted, throwIfCanceled } from '../runtime/cancellation.ts';
import { type StepName, stepNames, type TaskInput } from '../pipeline/task.ts';
import type { Executor } from './executor.ts';

/** What the document starts with. */
export interface ExecutionStart {
  readonly executionId: string;
  readonly round: 0;
  readonly concurrency: number;
}

type Handler = (input: unknown) => Promise<object>;

/**
 * Runs the document with an interpreter of the States Language in this process. A `Fail` state is an outcome, not an error: what happened
 * stands in the execution's facts. Returns the last error of a step, which explains an execution that could not even be concluded.
 */
export async function runEmbedded(
  start: ExecutionStart,
  executor: Executor,
  signal?: AbortSignal,
): Promise<AlluviumError | null> {
  throwIfCanceled(signal);
  const machine = new StateMachine(definition as unknown as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { checkArn: false },
  });
  let last: AlluviumError | null = null;
  const taskResourceLocalHandlers = handlers(executor, (error) => (last = error)) as never;
  const execution = machine.run({ ...start }, { overrides: { taskResourceLocalHandlers } });
  const abort = (): void => execution.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await execution.result;
  } catch (error) {
    if (signal?.aborted === true) throw interrupted();
    if (!(error instanceof Error) || error.name !== 'ExecutionError') throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return last;
}

type OnError = (error: AlluviumError) => void;

function handlers(executor: Executor, onError: OnError): Record<string, Handler> {
  const handler =
    (name: StepName): Handler =>
    async (input) =>
      call(executor, name, input, onError);
  return Object.fromEntries(
    stepNames.flatMap((name) => [
      [name, handler(name)],
      [`Record${name}Failure`, handler('RecordFailure')],
    ]),
  ) as Record<string, Handler>;
}

/** The document matches errors by name, and hands on their message: the name is the kind, the message the whole report. */
async function call(executor: Executor, name: StepName, input: unknown, onError: OnError): Promise<object> {
  try {
    return await executor.run(name, input as TaskInput);
  } catch (thrown) {
    const known = toAlluviumError(thrown);
    onError(known);
    const error = new Error(JSON.stringify(reportError(known)), { cause: known });
    error.name = known.kind;
    throw error;
  }
}
