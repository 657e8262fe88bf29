/**
 * What `src/runtime/worker-pool.exhaustion.test.ts` runs with few file descriptors: a pool whose own process has none left, and so cannot
 * start another. Prints what became of each task, as a list of JSON.
 */
import { closeSync, openSync } from 'node:fs';
import { toAlluviumError } from '../src/domain/errors.ts';
import { WorkerPool } from '../src/runtime/worker-pool.ts';
import type { PoolSetup, PoolTask } from './pool-worker.ts';

const setup: PoolSetup = { port: 0 };
const pool = new WorkerPool({ module: new URL('pool-worker.ts', import.meta.url), size: 1, setup });

const echo: PoolTask = { type: 'echo', value: null };
const fail: PoolTask = { type: 'fail', kind: 'Unavailable' };

async function endOf(task: PoolTask): Promise<string> {
  return pool
    .run(task, () => undefined)
    .then(
      () => 'done',
      (error: unknown) => toAlluviumError(error).code,
    );
}

function useUp(): number[] {
  const open: number[] = [];
  try {
    for (;;) open.push(openSync('/dev/null', 'r'));
  } catch {
    return open;
  }
}

if (import.meta.main) {
  const ends = [await endOf(echo)];
  const open = useUp();
  // The second failure retires the last process that could be started.
  for (const task of [echo, fail, echo, fail, echo]) ends.push(await endOf(task));
  for (const descriptor of open) closeSync(descriptor);
  // A process whose start failed may still be at hand: what is retried gets another.
  const last = [await endOf(echo), await endOf(echo)];
  ends.push(last.includes('done') ? 'done' : last.join());
  await pool.close();
  process.stdout.write(JSON.stringify(ends));
}
