import { conflict } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { DeltaPlace, Manifest, PublishedFact, SegmentReceipt } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { hintLatest, readLatest } from '../snapshot/latest.ts';
import type { Store } from '../store/contract.ts';
import { createFact } from '../store/facts.ts';
import { buildManifest, type Publisher } from './build-manifest.ts';

export interface Publication {
  /** The version that was published, or null when there was nothing left to publish. */
  readonly manifest: Stored<Manifest> | null;
  /** Deltas of segments that were dropped because another publisher had already published a part of them. */
  readonly returned: readonly DeltaPlace[];
}

/**
 * Publishes segments as the next version.
 *
 * 1. A put of version n+1 with `ifAbsent` is the publish; who loses it starts again from the winner's version.
 * 2. Before n+1 the `published/` facts of what n added are written, so that a part counts as published when its fact exists or the
 *    newest manifest adds it: never is more than one manifest to be searched.
 * 3. A segment that holds a part which somebody else has published is dropped; its other deltas go back to be chunked anew.
 * 4. A version with our execution's id and round is our own commit. What it does not hold went back when it was made, and goes back again.
 */
export async function publishSnapshot(
  store: Store,
  collection: string,
  receipts: readonly SegmentReceipt[],
  publisher: Publisher,
  signal?: AbortSignal,
): Promise<Publication> {
  for (let attempt = 0; attempt < limits.publishAttemptsMax; attempt++) {
    const base = await readLatest(store, collection, { signal });
    if (base !== null && isOwn(base.fact, publisher)) {
      return { manifest: base, returned: await leftOut(store, base.fact, receipts, signal) };
    }
    if (base !== null) await markPublished(store, base, signal);
    const { fresh, returned } = await splitPublished(store, collection, receipts, signal);
    if (fresh.length === 0) return { manifest: null, returned };
    const manifest = await buildManifest(store, collection, base, fresh, publisher, signal);
    const key = collectionKeys(collection).snapshot(manifest.version);
    const { stored, created } = await createFact<Manifest>(store, key, manifest, { signal });
    if (created) {
      await hintLatest(store, collection, manifest.version);
      return { manifest: stored, returned };
    }
  }
  throw conflict('publish-contended', `other publishers were faster ${limits.publishAttemptsMax} times: ${collection}`);
}

/** Writes the `published/` fact of every delta that `manifest` added. */
export async function markPublished(store: Store, manifest: Stored<Manifest>, signal?: AbortSignal): Promise<void> {
  const { collection, added } = manifest.fact;
  await mapParallel(added, limits.storeConcurrency, async ({ batchId, part }) => {
    const key = collectionKeys(collection).batch(batchId).published(part);
    if ((await store.head(key, { signal })) !== null) return;
    await createFact<PublishedFact>(store, key, { batchId, part, manifest: manifest.ref }, { signal });
  });
}

/** Deltas that neither a version of ours nor anybody else's has taken. */
async function leftOut(
  store: Store,
  { collection, added }: Manifest,
  receipts: readonly SegmentReceipt[],
  signal?: AbortSignal,
): Promise<DeltaPlace[]> {
  const { fresh, returned } = await splitPublished(store, collection, receipts, signal);
  const taken = new Set(added.map(({ batchId, part }) => `${batchId}/${part}`));
  const untaken = [...fresh.flatMap(({ inputs }) => inputs), ...returned];
  return untaken.filter(({ batchId, part }) => !taken.has(`${batchId}/${part}`));
}

function isOwn(manifest: Manifest, { executionId, round }: Publisher): boolean {
  return manifest.executionId === executionId && manifest.round === round;
}

async function splitPublished(
  store: Store,
  collection: string,
  receipts: readonly SegmentReceipt[],
  signal?: AbortSignal,
): Promise<{ fresh: SegmentReceipt[]; returned: DeltaPlace[] }> {
  const fresh: SegmentReceipt[] = [];
  const returned: DeltaPlace[] = [];
  for (const receipt of receipts) {
    const published = await mapParallel(receipt.inputs, limits.storeConcurrency, async ({ batchId, part }) => {
      const key = collectionKeys(collection).batch(batchId).published(part);
      return (await store.head(key, { signal })) !== null;
    });
    if (!published.includes(true)) fresh.push(receipt);
    else returned.push(...receipt.inputs.filter((_, position) => published[position] === false));
  }
  return { fresh, returned };
}
