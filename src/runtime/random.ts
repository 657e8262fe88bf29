import { randomInt, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** UUIDv7: sorts by the time it was made. */
export function newId(): string {
  return v7();
}

/** A name that nothing else has, and that tells nothing. */
export function newToken(): string {
  return randomUUID();
}

/** Full jitter: a whole number of milliseconds from 0 to the exponential backoff of this attempt (0-based). */
export function backoffMs(attempt: number, baseMs: number, maxMs: number): number {
  return randomInt(Math.min(maxMs, baseMs * 2 ** attempt) + 1);
}
