import { corrupt } from '../domain/errors.ts';
import { type ObjectRef, refsIn } from '../domain/fact.ts';
import type { Manifest } from '../domain/facts.ts';
import { collectionKeys, storeKey } from '../domain/keys.ts';
import type { Store } from '../store/contract.ts';
import { missing } from '../store/facts.ts';
import type { DamageList } from './damage-list.ts';
import type { Inspected } from './inspect-object.ts';

/**
 * Follows every name: what a fact names must be there with the named bytes, and what a fact implies must be there. Returns how many data
 * objects nothing names.
 */
export async function checkNames(
  store: Store,
  found: ReadonlyMap<string, Inspected>,
  damage: DamageList,
  signal?: AbortSignal,
): Promise<number> {
  const named = new Set<string>();
  for (const { fact } of found.values()) {
    for (const ref of fact === null ? [] : refsIn(fact)) {
      named.add(ref.key);
      await checkName(store, ref, found, damage, signal);
    }
  }
  for (const key of impliedKeys(found)) {
    if (!found.has(key)) await checkPresent(store, key, damage, signal);
  }
  const data = [...found.values()].filter(({ parsed }) => parsed?.class === 'data');
  return data.filter(({ ref }) => !named.has(ref.key)).length;
}

async function checkName(
  store: Store,
  ref: ObjectRef,
  found: ReadonlyMap<string, Inspected>,
  damage: DamageList,
  signal?: AbortSignal,
): Promise<void> {
  const actual = found.get(ref.key)?.ref;
  if (actual === undefined) await checkPresent(store, ref.key, damage, signal);
  else if (actual.bytes !== ref.bytes) damage.add(corrupt('object-size', ref.key, ref.bytes, actual.bytes), ref.key);
  else if (actual.sha256 !== ref.sha256)
    damage.add(corrupt('object-digest', ref.key, ref.sha256, actual.sha256), ref.key);
}

/** An object that was not listed may have been written since; one that is damaged was listed and is already noted. */
async function checkPresent(store: Store, key: string, damage: DamageList, signal?: AbortSignal): Promise<void> {
  if (damage.has(key) || (await store.head(key, { signal })) !== null) return;
  damage.add(missing(key), key);
}

/**
 * 1. Everything implies `alluvium.json`.
 * 2. Everything in a collection implies its `collection.json`, once anything was submitted: submissions name it.
 * 3. A version implies the `published/` facts of what the version before it added.
 */
function impliedKeys(found: ReadonlyMap<string, Inspected>): string[] {
  const implied = found.size === 0 ? [] : [storeKey];
  for (const { fact, parsed } of found.values()) {
    if (parsed?.type !== 'snapshot') continue;
    const { collection, version, added } = fact as Manifest;
    const keys = collectionKeys(collection);
    if (!found.has(keys.snapshot(version + 1))) continue;
    for (const { batchId, part } of added) implied.push(keys.batch(batchId).published(part));
  }
  return implied;
}
