import { loadConfig } from '../config.ts';
import { reportError } from '../domain/errors.ts';
import { runTask } from '../pipeline/run-task.ts';
import type { StepContext } from '../pipeline/task.ts';
import type { FromWorker, ToWorker } from '../runtime/worker-pool.ts';
import { openStore } from '../store/open-store.ts';
import type { Task, WorkerSetup } from './executor.ts';

/**
 * The process that steps run in: one task at a time, until its parent goes away. An interrupt from the terminal reaches the whole process
 * group; the parent decides what it means.
 */
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());

let context: Promise<StepContext> | null = null;

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') {
    context = setUp(message.setup as WorkerSetup);
    // Reported by the first task: until then nobody waits for it.
    context.catch(() => undefined);
  } else void run(message.task as Task);
});

async function setUp({ url, stage, configPath }: WorkerSetup): Promise<StepContext> {
  const { store } = await openStore(url, { stage });
  const providers = configPath === null ? [] : ((await loadConfig(configPath, process.cwd())).config.providers ?? []);
  return { store, providers, report: (event) => send({ type: 'event', event }) };
}

async function run({ name, input }: Task): Promise<void> {
  try {
    if (context === null) throw new Error('a task came before its setup');
    send({ type: 'result', output: await runTask(await context, name, input) });
  } catch (error) {
    send({ type: 'error', error: reportError(error) });
  }
}

function send(message: FromWorker): void {
  process.send?.(message);
}
