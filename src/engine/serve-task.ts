import { loadConfig } from '../config.ts';
import { reportError } from '../domain/errors.ts';
import { runTask } from '../pipeline/run-task.ts';
import type { StepContext } from '../pipeline/task.ts';
import type { FromWorker } from '../runtime/worker-pool.ts';
import { openStore } from '../store/open-store.ts';
import type { Task, WorkerSetup } from './executor.ts';

type Send = (message: FromWorker) => void;

let context: Promise<StepContext> | null = null;

/** Runs a task of a worker process, and sends how it ended. The first one opens the store, for all of them. */
export async function serveTask(setup: WorkerSetup, { name, input }: Task, send: Send): Promise<void> {
  try {
    context ??= setUp(setup, send);
    send({ type: 'result', output: await runTask(await context, name, input) });
  } catch (error) {
    send({ type: 'error', error: reportError(error) });
  }
}

async function setUp({ url, stage, configPath }: WorkerSetup, send: Send): Promise<StepContext> {
  const { store } = await openStore(url, { stage });
  const providers = configPath === null ? [] : ((await loadConfig(configPath, process.cwd())).config.providers ?? []);
  return { store, providers, report: (event) => send({ type: 'event', event }) };
}
