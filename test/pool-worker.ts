/**
 * The process that `src/runtime/worker-pool.test.ts` runs tasks in. It calls the test's own server when it has been set up, and again
 * with every task that is to be held: nobody has to wait and hope.
 */
import { connect, type Socket } from 'node:net';
import { invalid, reportError, unavailable } from '../src/domain/errors.ts';
import type { FromWorker, ToWorker } from '../src/runtime/worker-pool.ts';

export interface PoolSetup {
  /** Where the test listens, on 127.0.0.1. */
  readonly port: number;
}

export type PoolTask =
  | { readonly type: 'echo'; readonly value: unknown }
  | { readonly type: 'tell'; readonly events: readonly unknown[] }
  /** Ends when the test ends the call. */
  | { readonly type: 'hold'; readonly value: unknown }
  | { readonly type: 'fail'; readonly kind: 'Invalid' | 'Unavailable' }
  | { readonly type: 'die'; readonly signal: NodeJS.Signals | null };

/** What a process says when it calls. */
export interface PoolCall {
  readonly pid: number;
  readonly about: 'started' | 'held';
}

export const dyingExitCode = 7;

if (import.meta.main) {
  let port = 0;
  process.once('disconnect', () => process.exit());
  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') {
      ({ port } = message.setup as PoolSetup);
      void call(port, 'started');
    } else void run(message.task as PoolTask, port);
  });
}

async function run(task: PoolTask, port: number): Promise<void> {
  if (task.type === 'tell') for (const event of task.events) send({ type: 'event', event });
  if (task.type === 'hold') await call(port, 'held');
  if (task.type === 'die') die(task.signal);
  else if (task.type === 'fail') fail(task.kind);
  else send({ type: 'result', output: { pid: process.pid, value: 'value' in task ? task.value : null } });
}

/** Resolves when the other side hangs up. */
async function call(port: number, about: PoolCall['about']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket: Socket = connect(port, '127.0.0.1');
  // The test is over when its server is gone; the pool ends this process.
  socket.once('error', () => undefined);
  socket.once('close', () => resolve());
  socket.resume();
  socket.write(JSON.stringify({ pid: process.pid, about } satisfies PoolCall));
  await promise;
}

function fail(kind: 'Invalid' | 'Unavailable'): void {
  const make = kind === 'Invalid' ? invalid : unavailable;
  send({
    type: 'error',
    error: reportError(make('on-purpose', 'as asked', { details: { pid: process.pid }, hint: 'none' })),
  });
}

function die(signal: NodeJS.Signals | null): void {
  process.exitCode = dyingExitCode;
  if (signal === null) process.disconnect();
  else process.kill(process.pid, signal);
}

function send(message: FromWorker): void {
  process.send?.(message);
}
