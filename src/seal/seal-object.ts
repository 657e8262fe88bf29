import { createHash } from 'node:crypto';
import { AlluviumError, toAlluviumError, unavailable } from '../domain/errors.ts';
import type { ObjectRef } from '../domain/fact.ts';
import { type Log, silent } from '../domain/log.ts';
import { limits } from '../domain/limits.ts';
import { sleep } from '../runtime/clock.ts';
import { backoffMs } from '../runtime/random.ts';
import type { Store } from '../store/contract.ts';
import { measure } from '../store/read-windows.ts';
import { sealMessages } from './messages.ts';

/** How an object's bytes are made, anew for each attempt: a retry must never send the same buffer again. */
export interface Sealing<Summary> {
  /** A key never used before. */
  readonly newKey: () => string;
  /** Encodes, decodes what it encoded, and throws where the two differ. `summary` is valid once `body` has ended. */
  readonly encode: () => { readonly body: AsyncIterable<Uint8Array>; readonly summary: () => Summary };
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/**
 * The primitive under delta and segment:
 *
 * 1. encode, and decode the encoded bytes (the `encode` of the caller),
 * 2. put under a fresh key, only if absent,
 * 3. read back with a fresh request and compare size and SHA-256.
 * 4. Where 2 or 3 fails: delete what was written, wait, build the bytes again, new key; at most `sealAttemptsMax` times.
 *
 * The object exists for nobody until a fact names the returned reference.
 */
export async function sealObject<Summary>(
  store: Store,
  sealing: Sealing<Summary>,
): Promise<{ readonly object: ObjectRef; readonly summary: Summary }> {
  const { log = silent } = sealing;
  for (let attempt = 0; ; attempt++) {
    const key = sealing.newKey();
    try {
      const sealed = await attemptSeal(store, key, sealing);
      log('debug', 'seal', sealMessages.verified, { deltaKey: key, attempt });
      return sealed;
    } catch (thrown) {
      const error = toAlluviumError(thrown);
      const about = { deltaKey: key, attempt, error: error.message, errorCode: error.code, errorType: error.kind };
      if (await discardUpload(store, key, error)) log('warn', 'seal', sealMessages.discarded, about);
      const isLast = error.kind !== 'Unavailable' || attempt + 1 >= limits.sealAttemptsMax;
      log(isLast ? 'error' : 'warn', 'seal', isLast ? sealMessages.gaveUp : sealMessages.retrying, about);
      if (isLast) throw error;
      await sleep(backoffMs(attempt, limits.sealBackoffMs, limits.sealBackoffMaxMs), sealing.signal);
    }
  }
}

async function attemptSeal<Summary>(store: Store, key: string, { encode, signal }: Sealing<Summary>) {
  const { body, summary } = encode();
  const hasher = createHash('sha256');
  let bytes = 0;
  let hasEnded = false;
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hasher.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    hasEnded = true;
  };
  if ((await store.put(key, hashed(), { ifAbsent: true, signal })) === 'exists') throw unverified(key, 'key-taken');
  const sent: ObjectRef = { key, bytes, sha256: hasher.digest('hex') };
  if (!hasEnded) throw unverified(key, 'body-not-taken');
  const stored = await readBack(store, key, signal);
  if (stored?.bytes !== sent.bytes || stored.sha256 !== sent.sha256) {
    throw unverified(key, 'read-back-differs', sent, stored);
  }
  return { object: sent, summary: summary() };
}

/** What really stands at `key`; null where nothing whole does. No fact names it yet, so that it is nobody's damage, only a failed upload. */
async function readBack(store: Store, key: string, signal: AbortSignal | undefined): Promise<ObjectRef | null> {
  try {
    return await measure(store, key, { signal });
  } catch (thrown) {
    const { kind } = toAlluviumError(thrown);
    if (kind === 'Corrupt' || kind === 'NotFound') return null;
    throw thrown;
  }
}

/** What failed its check must not lie about as if it were an object; a store that cannot delete it leaves garbage that nothing names. */
async function discardUpload(store: Store, key: string, reason: AlluviumError): Promise<boolean> {
  if (reason.code === 'key-taken') return false;
  try {
    await store.delete(key);
    return true;
  } catch (error) {
    if (toAlluviumError(error).kind !== 'Unavailable') throw error;
    return false;
  }
}

function unverified(key: string, code: string, sent?: ObjectRef, stored?: ObjectRef | null): AlluviumError {
  return unavailable(code, `the store did not keep what it was given: ${key}`, {
    details: {
      key,
      expected: sent?.sha256 ?? null,
      actual: stored?.sha256 ?? null,
      bytesExpected: sent?.bytes ?? null,
      bytesActual: stored?.bytes ?? null,
    },
  });
}
