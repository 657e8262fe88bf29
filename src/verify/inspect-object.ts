import { corrupt } from '../domain/errors.ts';
import { decodeFact, type ObjectRef } from '../domain/fact.ts';
import { type ParsedKey, parseKey } from '../domain/keys.ts';
import type { ListedObject, Store } from '../store/contract.ts';
import { measure } from '../store/read-windows.ts';

/** An object as it really is. */
export interface Inspected {
  /** Null for a file that is none of ours. */
  readonly parsed: ParsedKey | null;
  /** Its actual size and digest. */
  readonly ref: ObjectRef;
  /** What it says, where it is a fact. */
  readonly fact: object | null;
}

/**
 * Reads an object whole and checks what can be checked of it alone. Null when it is gone since it was listed: only who names it can tell
 * whether that is damage.
 */
export async function inspectObject(
  store: Store,
  { key, bytes }: ListedObject,
  signal?: AbortSignal,
): Promise<Inspected | null> {
  const parsed = parseKey(key);
  if (parsed === null || parsed.class === 'hint') return { parsed, ref: { key, bytes, sha256: '' }, fact: null };
  if ((await store.head(key, { signal })) === null) return null;
  if (parsed.class === 'fact') {
    const { fact, ref } = decodeFact(key, await store.get(key, { signal }));
    return { parsed, ref, fact };
  }
  const ref = await measure(store, key, { signal });
  if (parsed.sha256 !== null && parsed.sha256 !== ref.sha256) {
    throw corrupt('object-digest', key, parsed.sha256, ref.sha256);
  }
  return { parsed, ref, fact: null };
}
