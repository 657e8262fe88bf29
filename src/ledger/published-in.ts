import type { Manifest, PublishedFact } from '../domain/facts.ts';
import { collectionKeys, keyStem } from '../domain/keys.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';

/** The version that took a delta in, or null. Its fact says so; of what the newest version added, only the version itself may. */
export async function publishedIn(
  store: Store,
  collection: string,
  place: { readonly batchId: string; readonly part: number },
  newest: Manifest | null,
  options?: RequestOptions,
): Promise<number | null> {
  const key = collectionKeys(collection).batch(place.batchId).published(place.part);
  const published = await findFact<PublishedFact>(store, key, options);
  if (published !== null) return versionOf(published.fact.manifest.key);
  const isAdded = newest?.added.some(({ batchId, part }) => batchId === place.batchId && part === place.part);
  return isAdded === true && newest !== null ? newest.version : null;
}

/** The version that a manifest's key names. */
function versionOf(manifestKey: string): number {
  return Number(keyStem(manifestKey));
}
