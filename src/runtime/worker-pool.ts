import { type ChildProcess, fork } from 'node:child_process';
import { AlluviumError, type ErrorReport, errorFromReport, unavailable } from '../domain/errors.ts';
import { interrupted } from './cancellation.ts';

/**
 * Runs tasks in processes of their own.
 *
 * 1. A worker runs one task at a time. Whatever the number of tasks, at most `size` run at once.
 * 2. One spare is always started ahead: a process whose descriptor table is full cannot start another.
 * 3. A worker that reported `Unavailable` is retired, so that the retry runs in a fresh process.
 * 4. A worker that died fails its task as `Unavailable`, never silently.
 */

/** What travels to a worker and back. */
export type ToWorker =
  | { readonly type: 'start'; readonly setup: unknown }
  | { readonly type: 'run'; readonly task: unknown };
export type FromWorker =
  | { readonly type: 'event'; readonly event: unknown }
  | { readonly type: 'result'; readonly output: unknown }
  | { readonly type: 'error'; readonly error: ErrorReport };

export interface WorkerPoolOptions {
  /** The module that each process runs; see `serveTasks`. */
  readonly module: URL;
  readonly size: number;
  /** Sent to each worker before its first task. */
  readonly setup: unknown;
}

type OnEvent = (event: unknown) => void;

interface Assignment {
  readonly task: unknown;
  readonly onEvent: OnEvent;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: AlluviumError) => void;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #waiting: Assignment[] = [];
  /** Those that worked last come first: the spare, at the end, stays as small as it began. */
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#keepSpare();
  }

  /** Runs a task; what it tells meanwhile comes before its result. */
  async run(task: unknown, onEvent: OnEvent): Promise<unknown> {
    if (this.#closed) throw interrupted();
    return await new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ task, onEvent, resolve, reject });
      this.#assign();
    });
  }

  /** Ends every worker at once. Tasks under way are rejected; steps are made to survive it. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(interrupted());
    await Promise.all([...this.#idle, ...this.#busy].map(async (worker) => worker.end()));
  }

  #assign(): void {
    while (this.#waiting.length > 0 && this.#busy.size < this.#options.size && !this.#closed) {
      const worker = this.#idle.shift() ?? this.#start();
      const assignment = this.#waiting.shift();
      if (assignment === undefined) return;
      this.#busy.add(worker);
      void this.#work(worker, assignment);
    }
    this.#keepSpare();
  }

  async #work(worker: Worker, { task, onEvent, resolve, reject }: Assignment): Promise<void> {
    try {
      resolve(await worker.run(task, onEvent));
      this.#release(worker, false);
    } catch (error) {
      const failure = error instanceof AlluviumError ? error : unavailable('child-failed', String(error));
      this.#release(worker, failure.kind === 'Unavailable');
      reject(failure);
    }
  }

  #release(worker: Worker, retire: boolean): void {
    this.#busy.delete(worker);
    if (retire || worker.exited) void worker.end();
    else this.#idle.unshift(worker);
    this.#assign();
  }

  #keepSpare(): void {
    const started = this.#idle.length + this.#busy.size;
    if (!this.#closed && started <= this.#options.size) this.#idle.push(this.#start());
  }

  #start(): Worker {
    const { module, setup } = this.#options;
    const worker = new Worker(module, setup);
    void worker.ended.then(() => {
      const at = this.#idle.indexOf(worker);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    return worker;
  }
}

/**
 * For the C library of Linux (https://man7.org/linux/man-pages/man3/mallopt.3.html): memory of this size goes back to the system when it is
 * freed. That is how it begins; unless it is said, the size grows with what is freed, until every block of rows stays.
 */
const givesBack = { MALLOC_MMAP_THRESHOLD_: String(128 * 1024) };

/** How a worker's task ended. */
type Ending = Exclude<FromWorker, { readonly type: 'event' }> | { readonly type: 'died'; readonly how: string };

class Worker {
  readonly #child: ChildProcess;
  #onEvent: OnEvent = () => undefined;
  readonly ended: Promise<string>;
  #settle: ((ending: Ending) => void) | null = null;
  #exited: string | null = null;

  constructor(module: URL, setup: unknown) {
    this.#child = fork(module, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // oxlint-disable-next-line node/no-process-env -- handed on, not read
      env: { ...process.env, ...givesBack },
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#exited ??= how;
        this.#settle?.({ type: 'died', how });
        resolve(how);
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
    this.#child.on('message', (message: FromWorker) => this.#receive(message));
    this.#send({ type: 'start', setup });
  }

  get exited(): boolean {
    return this.#exited !== null;
  }

  async run(task: unknown, onEvent: OnEvent): Promise<unknown> {
    this.#onEvent = onEvent;
    const ending = await new Promise<Ending>((resolve) => {
      this.#settle = resolve;
      if (this.#exited === null) this.#send({ type: 'run', task });
      else resolve({ type: 'died', how: this.#exited });
    });
    this.#settle = null;
    if (ending.type === 'result') return ending.output;
    if (ending.type === 'error') throw errorFromReport(ending.error);
    throw unavailable('child-died', `a worker process died: ${ending.how}`, { details: { how: ending.how } });
  }

  async end(): Promise<void> {
    if (this.#exited === null) this.#child.kill('SIGKILL');
    await this.ended;
  }

  #send(message: ToWorker): void {
    // Without a channel the process is gone, and its exit says so, or could not be started, and its error says so.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromWorker): void {
    if (message.type === 'event') this.#onEvent(message.event);
    else this.#settle?.(message);
  }
}
