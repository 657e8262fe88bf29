import { readFileSync } from 'node:fs';

/** The most memory that one process had resident. */
export interface ProcessPeak {
  readonly pid: number;
  readonly command: string;
  readonly bytes: number;
}

export interface TreePeak {
  /** The most that all processes had resident at one moment. Pages that they share count once for each: more than is really used. */
  readonly bytes: number;
  /** The same where a shared page counts by its share; sampled less often. */
  readonly proportionalBytes: number;
  readonly processes: readonly ProcessPeak[];
  readonly samples: number;
}

const pageBytes = 4096;
const samplesPerProportional = 10;

/** Watches a process and all its descendants through Linux's `/proc`. */
export class ProcessTree {
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;
  readonly #peaks = new Map<number, ProcessPeak>();
  #bytes = 0;
  #proportionalBytes = 0;
  #samples = 0;

  constructor(root: number, sampleMs: number) {
    this.#root = root;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
  }

  end(): TreePeak {
    clearInterval(this.#timer);
    const processes = [...this.#peaks.values()].toSorted((a, b) => a.pid - b.pid);
    return { bytes: this.#bytes, proportionalBytes: this.#proportionalBytes, processes, samples: this.#samples };
  }

  #sample(): void {
    const pids = descendants(this.#root);
    let bytes = 0;
    for (const pid of pids) {
      const resident = Number(read(pid, 'statm').split(' ')[1] ?? 0) * pageBytes;
      bytes += resident;
      const peak = this.#peaks.get(pid);
      if (resident > (peak?.bytes ?? 0)) {
        this.#peaks.set(pid, { pid, command: peak?.command ?? commandOf(pid), bytes: resident });
      }
    }
    this.#bytes = Math.max(this.#bytes, bytes);
    if (this.#samples++ % samplesPerProportional === 0) {
      const proportional = pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0);
      this.#proportionalBytes = Math.max(this.#proportionalBytes, proportional);
    }
  }
}

function descendants(pid: number): number[] {
  const children = read(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(descendants)];
}

function commandOf(pid: number): string {
  const words = read(pid, 'cmdline').split('\0').filter(Boolean);
  return words
    .slice(1, 4)
    .map((word) => word.slice(word.lastIndexOf('/') + 1))
    .join(' ');
}

function proportionalBytes(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

/** Empty for a process that has just ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
