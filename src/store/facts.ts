import { AlluviumError, corrupt } from '../domain/errors.ts';
import { decodeFact, encodeFact, type ObjectRef, refOf, type Stored } from '../domain/fact.ts';
import { writer } from '../runtime/writer.ts';
import type { PutOptions, RequestOptions, Store } from './contract.ts';

/**
 * Facts in a store.
 *
 * 1. A fact is put with `ifAbsent` and never overwritten: who loses adopts the winner's.
 * 2. A put that failed is tried once more, and a refused one read again before it counts as lost: it may be our own, whose answer was
 *    lost.
 * 3. What a fact names must be there with the named bytes: its absence is damage, not "not found".
 */

/** The fact at `key`, or null where there is none. */
export async function findFact<T extends object>(
  store: Store,
  key: string,
  options?: RequestOptions,
): Promise<Stored<T> | null> {
  const bytes = await find(store, key, options);
  return bytes === null ? null : decodeFact<T>(key, bytes);
}

/** The fact that another object implies: `Corrupt` where it is absent. */
export async function requireFact<T extends object>(
  store: Store,
  key: string,
  options?: RequestOptions,
): Promise<Stored<T>> {
  const stored = await findFact<T>(store, key, options);
  if (stored === null) throw missing(key);
  return stored;
}

/** The fact that another fact names: the very same bytes, or `Corrupt`. */
export async function readNamedFact<T extends object>(
  store: Store,
  ref: ObjectRef,
  options?: RequestOptions,
): Promise<Stored<T>> {
  return decodeFact<T>(ref.key, await readNamed(store, ref, options));
}

/** The whole object that a fact names: the very same bytes, or `Corrupt`. */
export async function readNamed(store: Store, ref: ObjectRef, options?: RequestOptions): Promise<Uint8Array> {
  const bytes = await find(store, ref.key, options);
  if (bytes === null) throw missing(ref.key);
  const actual = refOf(ref.key, bytes);
  if (actual.bytes !== ref.bytes) throw corrupt('object-size', ref.key, ref.bytes, actual.bytes);
  if (actual.sha256 !== ref.sha256) throw corrupt('object-digest', ref.key, ref.sha256, actual.sha256);
  return bytes;
}

/** Puts a fact unless there is one. Gives the fact that now stands there, and whether it is ours. */
export async function createFact<T extends object>(
  store: Store,
  key: string,
  body: T,
  options?: RequestOptions,
): Promise<{ readonly stored: Stored<T>; readonly created: boolean }> {
  const bytes = encodeFact(key, { ...body, writer });
  const result = await putTwice(store, key, bytes, { ...options, ifAbsent: true });
  if (result === 'created') return { stored: decodeFact<T>(key, bytes), created: true };
  const standing = await requireFact<T>(store, key, options);
  return { stored: standing, created: standing.ref.sha256 === refOf(key, bytes).sha256 };
}

/** Once more where the store failed: the answer tells whether the first put happened all the same, and is as durable as any. */
async function putTwice(
  store: Store,
  key: string,
  bytes: Uint8Array,
  options: PutOptions,
): Promise<'created' | 'exists'> {
  try {
    return await store.put(key, bytes, options);
  } catch (error) {
    if (error instanceof AlluviumError && error.kind === 'Unavailable') return await store.put(key, bytes, options);
    throw error;
  }
}

async function find(store: Store, key: string, options?: RequestOptions): Promise<Uint8Array | null> {
  try {
    return await store.get(key, options);
  } catch (error) {
    if (error instanceof AlluviumError && error.kind === 'NotFound') return null;
    throw error;
  }
}

export function missing(key: string): AlluviumError {
  return corrupt('object-missing', key, 'present', 'absent');
}
