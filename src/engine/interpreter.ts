import { StateMachine } from 'aws-local-stepfunctions';
import type { InterpreterEvent } from './translate-event.ts';

/**
 * The one place that knows the interpreter of the States Language.
 *
 * `npm run build` bundles this module by itself and leaves out what the interpreter never calls here, its AWS clients (20 MB) and its validator.
 * So nothing of ours but types is imported here: it would be there twice.
 */

/** What a `Task` state of the document calls. */
export type TaskHandler = (input: unknown) => Promise<object>;

/** A run of the document. */
export interface Interpretation {
  /** What the last state returned. Rejects with an `ExecutionError` after a `Fail` state or an error nobody caught. */
  readonly result: Promise<unknown>;
  readonly eventLogs: AsyncIterable<InterpreterEvent>;
  /** Ends the run before its next state: the result then rejects with an `ExecutionAbortedError`. */
  abort(): void;
}

/**
 * Runs a States Language document in this process, each `Task` state by the handler of its name. The document is a constant, which a test
 * validates: here that would cost more than a small run of it.
 */
export function interpret(
  document: object,
  input: object,
  handlers: Readonly<Record<string, TaskHandler>>,
): Interpretation {
  const machine = new StateMachine(document as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  // The interpreter's own types narrow inputs and outputs to JSON, which steps know better.
  const overrides = { taskResourceLocalHandlers: handlers as never };
  return machine.run({ ...input }, { overrides });
}
