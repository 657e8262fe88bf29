import { runTask } from '../pipeline/run-task.ts';
import type { StepContext, StepName, TaskInput } from '../pipeline/task.ts';
import { WorkerPool } from '../runtime/worker-pool.ts';

type Report = StepContext['report'];

/** Where steps run. */
export interface Executor {
  /** What the step tells goes to `report`, before the output is there. */
  run(name: StepName, input: TaskInput, report: Report): Promise<object>;
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
export function inlineExecutor(context: Omit<StepContext, 'report'>): Executor {
  return {
    run: async (name, input, report) => runTask({ ...context, report }, name, input),
    close: async () => undefined,
  };
}

/** Runs steps in worker processes. */
export function processExecutor(size: number, setup: WorkerSetup): Executor {
  const pool = new WorkerPool({
    module: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
    size,
    setup,
  });
  return {
    run: async (name, input, report) => {
      const task: Task = { name, input };
      return (await pool.run(task, (event) => report(event as Parameters<Report>[0]))) as object;
    },
    close: async () => pool.close(),
  };
}

/** Runs some steps here, all others there. */
export function splitExecutor(here: Executor, names: ReadonlySet<StepName>, there: Executor): Executor {
  return {
    run: async (name, input, report) => (names.has(name) ? here : there).run(name, input, report),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
}
