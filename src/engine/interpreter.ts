import { StateMachine } from 'aws-local-stepfunctions';

/**
 * The one place that knows the interpreter of the States Language.
 *
 * `npm run build` bundles this module by itself and leaves the interpreter's AWS clients out, so that an installed package carries 150 KB
 * instead of 20 MB. So nothing of ours is imported here: it would be there twice.
 */

/** What a `Task` state of the document calls. */
export type TaskHandler = (input: unknown) => Promise<object>;

/** A run of the document. */
export interface Interpretation {
  /** What the last state returned. Rejects with an error named `ExecutionError` where a `Fail` state, or an error nobody caught, ended it. */
  readonly result: Promise<unknown>;
  /** Ends the run before its next state. */
  abort(): void;
}

/** Runs a States Language document in this process, each `Task` state by the handler of its name. */
export function interpret(
  document: object,
  input: object,
  handlers: Readonly<Record<string, TaskHandler>>,
): Interpretation {
  const machine = new StateMachine(document as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { checkArn: false },
  });
  // The interpreter calls its handlers by name and knows no types of theirs.
  const taskResourceLocalHandlers = handlers as never;
  return machine.run({ ...input }, { overrides: { taskResourceLocalHandlers } });
}
