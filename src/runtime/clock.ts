import { setTimeout } from 'node:timers/promises';

/** The current time in UTC with milliseconds, as every fact states it. */
export function timestamp(): string {
  return new Date().toISOString();
}

/** Rejects with an `AbortError` when the signal fires. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

/** Milliseconds from one timestamp to another. */
export function durationBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
