import { setImmediate, setTimeout } from 'node:timers/promises';

/** The current time in UTC with milliseconds, as every fact states it. */
export function timestamp(): string {
  return new Date().toISOString();
}

/** Rejects with an `AbortError` when the signal fires. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal });
}

/** The time as a timestamp, from milliseconds since 1970. */
export function timestampOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A date (its first moment in UTC) or a time with its zone as a timestamp; null for any other text. */
export function timestampFrom(text: string): string | null {
  const form = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
  const date = form.exec(text)?.[1];
  const isOfMonth = date !== undefined && new Date(date).getUTCDate() === Number(date.slice(-2));
  // The thirtieth of February would be read as the second of March.
  const ms = isOfMonth ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : timestampOf(ms);
}

/** Milliseconds from one timestamp to another. */
export function durationBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** Calls `act` again and again until the returned function is called. Keeps no process alive. */
export function repeatEvery(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms).unref();
  return () => clearInterval(timer);
}

/** Fires after so many milliseconds. Keeps no process alive. */
export function deadline(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Milliseconds that only go forward, since an earlier reading: for durations, never for facts. */
export function elapsedMs(since = 0): number {
  return performance.now() - since;
}

/** Resolves when everything that is already due has run. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
