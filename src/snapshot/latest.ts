import type { Stored } from '../domain/fact.ts';
import type { Manifest } from '../domain/facts.ts';
import { collectionKeys, keyStem, parseKey } from '../domain/keys.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact, requireFact } from '../store/facts.ts';

/**
 * The newest published version.
 *
 * 1. `latest` is a hint: it may be lost, stale or nonsense, and only saves the search.
 * 2. Readers probe forward from it, so that a version is visible the moment its manifest is.
 */
export async function readLatest(
  store: Store,
  collection: string,
  options?: RequestOptions,
): Promise<Stored<Manifest> | null> {
  const keys = collectionKeys(collection);
  let version = (await hintedVersion(store, collection, options)) ?? (await newestListed(store, collection, options));
  if (version === null) return null;
  while ((await store.head(keys.snapshot(version + 1), options)) !== null) version += 1;
  return await requireFact<Manifest>(store, keys.snapshot(version), options);
}

/** A certain version, or null where it was never published. */
export async function readVersion(
  store: Store,
  collection: string,
  version: number,
  options?: RequestOptions,
): Promise<Stored<Manifest> | null> {
  return await findFact<Manifest>(store, collectionKeys(collection).snapshot(version), options);
}

/** Moves the hint. Losing it costs time, never truth. */
export async function hintLatest(store: Store, collection: string, version: number): Promise<void> {
  await store.put(collectionKeys(collection).latest, Buffer.from(`${version}\n`));
}

async function hintedVersion(store: Store, collection: string, options?: RequestOptions): Promise<number | null> {
  const keys = collectionKeys(collection);
  if ((await store.head(keys.latest, options)) === null) return null;
  const text = Buffer.from(await store.get(keys.latest, options)).toString('latin1');
  const version = /^[1-9][0-9]{0,14}\n$/.test(text) ? Number(text) : null;
  if (version === null || (await store.head(keys.snapshot(version), options)) === null) return null;
  return version;
}

async function newestListed(store: Store, collection: string, options?: RequestOptions): Promise<number | null> {
  let newest: number | null = null;
  for await (const { key } of store.list(collectionKeys(collection).snapshots, options)) {
    if (parseKey(key)?.type === 'snapshot') newest = Number(keyStem(key));
  }
  return newest;
}
