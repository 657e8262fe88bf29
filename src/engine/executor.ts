import { runTask } from '../pipeline/run-task.ts';
import type { StepContext, StepName, TaskInput } from '../pipeline/task.ts';
import { WorkerPool } from '../runtime/worker-pool.ts';

/** Where steps run. */
export interface Executor {
  run(name: StepName, input: TaskInput): Promise<object>;
  close(): Promise<void>;
}

/** A task as a worker process gets it. */
export interface Task {
  readonly name: StepName;
  readonly input: TaskInput;
}

/** What a worker process needs to build its own {@link StepContext}. */
export interface WorkerSetup {
  readonly url: string;
  readonly stage: string;
  /** A configuration file that holds providers of the user's own. */
  readonly configPath: string | null;
}

/** Runs steps in this process: for tests, for stores that only this process has, and for providers that are functions. */
export function inlineExecutor(context: StepContext): Executor {
  return {
    run: async (name, input) => runTask(context, name, input),
    close: async () => undefined,
  };
}

/** Runs steps in worker processes. */
export function processExecutor(size: number, setup: WorkerSetup, report: StepContext['report']): Executor {
  const pool = new WorkerPool({
    module: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
    size,
    setup,
    onEvent: (event) => report(event as Parameters<typeof report>[0]),
  });
  return {
    run: async (name, input) => (await pool.run({ name, input } satisfies Task)) as object,
    close: async () => pool.close(),
  };
}

/** Runs some steps here, all others there. */
export function splitExecutor(here: Executor, names: ReadonlySet<StepName>, there: Executor): Executor {
  return {
    run: async (name, input) => (names.has(name) ? here : there).run(name, input),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
}
