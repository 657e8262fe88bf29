// Catches a task that is lost with its process, a sick process that is used again, and processes that outlive their pool.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dyingExitCode, type PoolCall, type PoolTask } from '../../test/pool-worker.ts';
import { WorkerPool } from './worker-pool.ts';

const module = new URL('../../test/pool-worker.ts', import.meta.url);

/** The calls of worker processes: each may be waited for, and held tasks go on when theirs is ended. */
class Switchboard {
  readonly #server: Server = createServer((socket) => this.#take(socket));
  readonly pids = { started: new Set<number>(), held: new Set<number>() };
  #held: Socket[] = [];
  #called = Promise.withResolvers<void>();

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  get held(): number {
    return this.#held.length;
  }

  /** Resolves once it holds, at the call that makes it so. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#called.promise;
  }

  release(): void {
    this.#held.shift()?.end();
  }

  async close(): Promise<void> {
    for (const socket of this.#held.splice(0)) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(socket: Socket): void {
    // A killed caller breaks off.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#held = this.#held.filter((other) => other !== socket);
    });
    socket.once('data', (bytes) => {
      const { pid, about } = JSON.parse(bytes.toString()) as PoolCall;
      this.pids[about].add(pid);
      if (about === 'held') this.#held.push(socket);
      else socket.end();
      this.#called.resolve();
      this.#called = Promise.withResolvers();
    });
  }
}

let board: Switchboard;
let port: number;
const pools: WorkerPool[] = [];

beforeEach(async () => {
  board = new Switchboard();
  port = await board.listen();
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map(async (pool) => pool.close()));
  await board.close();
});

test('tasks run elsewhere, and each gets its own result', async () => {
  const pool = poolOf(2);
  const results = await Promise.all(Array.from({ length: 12 }, async (_, value) => run(pool, { type: 'echo', value })));
  expect(results.map(({ value }) => value)).toEqual([...Array(12).keys()]);
  expect(results.map(({ pid }) => pid)).not.toContain(process.pid);
});

test('what a task tells comes to it alone, in order, before its result', async () => {
  const pool = poolOf(2);
  const tell = async (name: string): Promise<unknown[]> => {
    const told: unknown[] = [];
    await pool.run({ type: 'tell', events: [`${name} 1`, `${name} 2`] } satisfies PoolTask, (event) =>
      told.push(event),
    );
    return told;
  };
  const told = await Promise.all(['a', 'b', 'c'].map(tell));
  expect(told).toEqual([
    ['a 1', 'a 2'],
    ['b 1', 'b 2'],
    ['c 1', 'c 2'],
  ]);
});

test('never more run at once than the pool has room for, and all have their turn', async () => {
  const pool = poolOf(2);
  const tasks = Array.from({ length: 6 }, async (_, value) => run(pool, { type: 'hold', value }));
  let most = 0;
  for (let released = 0; released < tasks.length; released++) {
    await board.until(() => board.held >= Math.min(2, tasks.length - released));
    // By the time that another pool has started a process, a task too many would have called.
    if (released === 0) await run(poolOf(1), { type: 'echo', value: null });
    most = Math.max(most, board.held);
    board.release();
    await Promise.race(tasks.slice(released));
  }
  expect((await Promise.all(tasks)).map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(most).toBe(2);
});

test('a process that reported `Unavailable` gets no other task', async () => {
  const pool = poolOf(1);
  const failure = await failureOf(pool, { type: 'fail', kind: 'Unavailable' });
  expect(failure).toMatchObject({ kind: 'Unavailable', code: 'on-purpose', message: 'as asked', hint: 'none' });
  const { pid } = (failure as { details: { pid: number } }).details;
  expect(await nextPids(pool, 4)).not.toContain(pid);
  await expectGone([pid]);
});

test('a process that reported another error goes on', async () => {
  const pool = poolOf(1);
  const failure = await failureOf(pool, { type: 'fail', kind: 'Invalid' });
  expect(failure).toMatchObject({ kind: 'Invalid', code: 'on-purpose' });
  // The spare may be next, then it is the first one's turn.
  expect(await nextPids(pool, 2)).toContain((failure as { details: { pid: number } }).details.pid);
});

test.each([
  { how: `exit code ${dyingExitCode}`, signal: null },
  { how: 'SIGKILL', signal: 'SIGKILL' },
] as const)('a process that dies of $how fails its task, and only that', async ({ how, signal }) => {
  const pool = poolOf(2);
  const others = [1, 2, 3].map(async (value) => run(pool, { type: 'echo', value }));
  const failure = await failureOf(pool, { type: 'die', signal });
  expect(failure).toMatchObject({ kind: 'Unavailable', code: 'child-died', details: { how } });
  expect((await Promise.all(others)).map(({ value }) => value)).toEqual([1, 2, 3]);
  expect(await nextPids(pool, 4)).toHaveLength(4);
});

test('as many processes may die as there are tasks', async () => {
  const pool = poolOf(2);
  const failures = await Promise.all(
    Array.from({ length: 5 }, async () => failureOf(pool, { type: 'die', signal: null })),
  );
  for (const failure of failures) expect(failure).toMatchObject({ kind: 'Unavailable', code: 'child-died' });
  expect(await nextPids(pool, 2)).toHaveLength(2);
});

test('a task that cannot be sent fails, and nothing else does', async () => {
  const pool = poolOf(1);
  await expect(pool.run({ type: 'echo', value: 1n }, () => undefined)).rejects.toMatchObject({ name: 'Unavailable' });
  expect(await nextPids(pool, 2)).toHaveLength(2);
});

test('a process is ready before there is a task', async () => {
  poolOf(3);
  await board.until(() => board.pids.started.size === 1);
  expect(board.pids.held.size).toBe(0);
});

test('a spare is started ahead while all others are busy', async () => {
  const pool = poolOf(1);
  const held = failureOf(pool, { type: 'hold', value: 'held' });
  await board.until(() => board.held === 1 && board.pids.started.size === 2);
  board.release();
  expect(await held).toMatchObject({ value: 'held' });
});

test('closing ends every process, rejects what runs and what waits, and what comes later', async () => {
  const pool = poolOf(2);
  const running = [1, 2].map(async (value) => failureOf(pool, { type: 'hold', value }));
  const waiting = failureOf(pool, { type: 'echo', value: 3 });
  await board.until(() => board.held === 2);
  await pool.close();
  await expectGone([...board.pids.started]);
  for (const failure of await Promise.all(running))
    expect(failure).toMatchObject({ kind: 'Unavailable', code: 'child-died' });
  const interrupted = { kind: 'Canceled', code: 'interrupted' };
  expect(await waiting).toMatchObject(interrupted);
  expect(await failureOf(pool, { type: 'echo', value: 4 })).toMatchObject(interrupted);
});

function poolOf(size: number): WorkerPool {
  const pool = new WorkerPool({ module, size, setup: { port } });
  pools.push(pool);
  return pool;
}

interface Result {
  readonly pid: number;
  readonly value: unknown;
}

async function run(pool: WorkerPool, task: PoolTask): Promise<Result> {
  return (await pool.run(task, () => undefined)) as Result;
}

async function failureOf(pool: WorkerPool, task: PoolTask): Promise<unknown> {
  return run(pool, task).then(
    (result) => result,
    (error: unknown) => error,
  );
}

/** Which processes the next tasks run in, one after the other. */
async function nextPids(pool: WorkerPool, count: number): Promise<number[]> {
  const pids: number[] = [];
  while (pids.length < count) pids.push((await run(pool, { type: 'echo', value: null })).pid);
  return pids;
}

/** A killed process stands in the system's table until its parent has heard of its end. */
async function expectGone(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) {
    await expect.poll(() => isListed(pid), { timeout: 10_000 }).toBe(false);
  }
}

function isListed(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
