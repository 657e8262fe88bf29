import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dice } from './dice.ts';

/** What a kill -9 hits: every process at once, the coordinator whose workers live a moment longer, or a worker. */
export const victims = ['tree', 'worker', 'coordinator'] as const;
export type Victim = (typeof victims)[number];

const bin = fileURLToPath(new URL('../../bin/alluvium.js', import.meta.url));

/** An `alluvium ingest` in processes of its own, which can be killed like any other. */
export class IngestProcess {
  readonly #child: ChildProcess;
  /** Resolves with its exit code, or null where it was killed. */
  readonly exited: Promise<number | null>;

  constructor(storeFolder: string, deltasPerChunk: number) {
    const flags = ['--store', storeFolder, '--workers', '2', '--deltas-per-chunk', String(deltasPerChunk), '--json'];
    // A process group of its own, so that the whole tree can be killed at one moment.
    this.#child = spawn(process.execPath, [bin, 'ingest', ...flags], { detached: true, stdio: 'ignore' });
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('exit', resolve);
      this.#child.once('error', reject);
    });
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Whether there was anything to kill. */
  kill(victim: Victim, roll: Dice): boolean {
    const { pid } = this.#child;
    if (pid === undefined || this.hasExited) return false;
    if (victim === 'tree') return killed(-pid);
    if (victim === 'coordinator') return killed(pid);
    const workers = childrenOf(pid);
    const worker = workers[roll(workers.length)];
    return worker !== undefined && killed(worker);
  }
}

/** A negative id is a process group. False for what has just ended. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Through Linux's `/proc`. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code))) return [];
    throw error;
  }
}
