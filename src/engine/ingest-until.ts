import { elapsedMs, sleep } from '../runtime/clock.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { ingest, type IngestOptions, type IngestResult } from './ingest.ts';

export interface RepeatOptions extends IngestOptions {
  /** `nothing-pending`: ends once nothing is on its way. `interrupted`: goes on until the signal fires. */
  readonly until: 'nothing-pending' | 'interrupted';
  /** Ends after so many milliseconds, with `stopped` set on the last result. */
  readonly timeoutMs?: number | undefined;
  /** Pause between two executions. */
  readonly pauseMs: number;
  /** Told of every execution that ended. */
  readonly onResult?: ((result: IngestResult) => void) | undefined;
}

/** Ingests again and again. Returns the last result; throws `Canceled` when the signal fires. */
export async function ingestUntil(store: AlluviumStore, options: RepeatOptions): Promise<IngestResult> {
  const { until, timeoutMs = Number.POSITIVE_INFINITY, pauseMs, onResult, signal } = options;
  const start = elapsedMs();
  for (;;) {
    const left = timeoutMs - elapsedMs(start);
    const result = await ingest(store, { ...options, timeLimitMs: shorter(options.timeLimitMs, left) });
    onResult?.(result);
    const isDone = until === 'nothing-pending' && result.collections.every(({ pending }) => pending === 0);
    if (isDone || result.stopped) return result;
    if (elapsedMs(start) + pauseMs >= timeoutMs) return { ...result, stopped: true };
    await sleep(pauseMs, signal);
  }
}

function shorter(limitMs: number | undefined, leftMs: number): number | undefined {
  const least = Math.min(limitMs ?? Number.POSITIVE_INFINITY, Math.max(0, leftMs));
  return Number.isFinite(least) ? Math.ceil(least) : undefined;
}
