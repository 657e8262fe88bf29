import { saveMemory } from '../runtime/save-memory.ts';
import type { FromWorker, ToWorker } from '../runtime/worker-pool.ts';
import type { Task, WorkerSetup } from './executor.ts';

/**
 * The process that steps run in: one task at a time, until its parent goes away. An interrupt from the terminal reaches the whole process
 * group; the parent decides what it means.
 *
 * Steps are loaded with the first task, so that the spare worker stays small. Where they cannot be, the process ends, and its task is
 * tried again in another one.
 */
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit());
saveMemory();

let setup: WorkerSetup | null = null;

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') setup = message.setup as WorkerSetup;
  else void run(message.task as Task);
});

async function run(task: Task): Promise<void> {
  const { serveTask } = await import('./serve-task.ts');
  if (setup === null) throw new Error('a task came before its setup');
  await serveTask(setup, task, send);
}

function send(message: FromWorker): void {
  process.send?.(message);
}
