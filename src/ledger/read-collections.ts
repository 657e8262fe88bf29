import { notFound } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { CollectionFact } from '../domain/facts.ts';
import { assertName, collectionKeys, collectionsPrefix, parseKey } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact, requireFact } from '../store/facts.ts';

/**
 * The collections of a store, in ascending order of name: every name below which anything lies but batches. Those alone are what a crash
 * in the first hand-in leaves, which has handed in nothing.
 */
export async function collectionNames(store: Store, options?: RequestOptions): Promise<string[]> {
  const names = new Set<string>();
  for await (const { key } of store.list(collectionsPrefix, options)) {
    const { collection, batchId } = parseKey(key) ?? { collection: null, batchId: null };
    if (collection !== null && batchId === null) names.add(collection);
  }
  return [...names].toSorted();
}

export async function readCollection(
  store: Store,
  collection: string,
  options?: RequestOptions,
): Promise<Stored<CollectionFact>> {
  assertName('collection', collection);
  const stored = await findFact<CollectionFact>(store, collectionKeys(collection).collection, options);
  if (stored !== null) return stored;
  const known = await collectionNames(store, options);
  throw notFound('collection-absent', `there is no such collection: ${collection}`, {
    hint: known.length === 0 ? 'hand in records first: alluvium submit FILE' : `there are: ${known.join(', ')}`,
    details: { collection },
  });
}

export interface CollectionChoice extends RequestOptions {
  /** Default: every collection. */
  readonly collection?: string | undefined;
}

/** The collection that is asked for, or all of them in ascending order of name. */
export async function readCollections(store: Store, options: CollectionChoice): Promise<Stored<CollectionFact>[]> {
  const { collection } = options;
  if (collection !== undefined) return [await readCollection(store, collection, options)];
  const names = await collectionNames(store, options);
  return await mapParallel(names, limits.storeConcurrency, async (name) =>
    requireFact<CollectionFact>(store, collectionKeys(name).collection, options),
  );
}
