import { notFound } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { CollectionFact } from '../domain/facts.ts';
import { assertName, collectionKeys, collectionsPrefix, parseKey } from '../domain/keys.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';

/**
 * The collections of a store, in ascending order of name: every name below which anything lies but batches. Those alone are what a crash
 * in the first hand-in leaves, which has handed in nothing.
 */
export async function listCollections(store: Store, options?: RequestOptions): Promise<string[]> {
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
  const known = await listCollections(store, options);
  throw notFound('collection-absent', `there is no such collection: ${collection}`, {
    hint: known.length === 0 ? 'hand in records first: alluvium submit FILE' : `there are: ${known.join(', ')}`,
    details: { collection },
  });
}
