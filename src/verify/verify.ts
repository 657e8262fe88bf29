import type { Damage } from './damage-list.ts';
import { DamageList } from './damage-list.ts';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { ListedObject } from '../store/contract.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { checkContents } from './check-contents.ts';
import { checkNames } from './check-names.ts';
import { type Inspected, inspectObject } from './inspect-object.ts';

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface VerifyProgress {
  readonly objects: number;
  readonly objectsTotal: number;
  readonly bytes: number;
}

/** The `--json` contract of `verify`. */
export interface VerifyResult {
  readonly objects: number;
  readonly bytes: number;
  /** Live rows of the latest snapshots, each read and hashed again. */
  readonly rows: number;
  readonly damaged: readonly Damage[];
  /** Objects that nothing names: left by a crash, harmless. */
  readonly unnamed: number;
  /** Files below the root that are none of ours. */
  readonly foreign: readonly string[];
}

/**
 * Reads everything and believes nothing:
 *
 * 1. every fact must decode under its key, and every other object be the bytes that some fact names;
 * 2. whatever a fact names or implies must be there, with the named size and SHA-256;
 * 3. rows of deltas, segments and indexes are decoded, hashed again and balanced against their seals.
 *
 * Hints are counted, not checked: they may be stale or lost at any time.
 *
 * @example
 * const { damaged } = await verify(await openStore('./.alluvium'));
 */
export async function verify({ store }: AlluviumStore, options: VerifyOptions = {}): Promise<VerifyResult> {
  const { signal, onProgress } = options;
  const listed: ListedObject[] = [];
  for await (const object of store.list('', { signal })) listed.push(object);

  const damage = new DamageList();
  let objects = 0;
  let bytes = 0;
  const inspected = await mapParallel(listed, limits.storeConcurrency, async (object) => {
    const result = await damage.guard(object.key, async () => inspectObject(store, object, signal));
    objects += 1;
    bytes += object.bytes;
    onProgress?.({ objects, objectsTotal: listed.length, bytes });
    return result;
  });
  const found = new Map<string, Inspected>();
  for (const result of inspected) if (result !== null) found.set(result.ref.key, result);

  const unnamed = await checkNames(store, found, damage, signal);
  const rows = await checkContents(store, found, damage, signal);
  const foreign = [...found.values()].filter(({ parsed }) => parsed === null).map(({ ref }) => ref.key);
  return { objects, bytes, rows, damaged: damage.sorted(), unnamed, foreign };
}
