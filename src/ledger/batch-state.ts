import { type AlluviumError, toAlluviumError } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { CancelledFact, DeltaPlace, DeltaSeal, Manifest, SealedFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { addKeyTallies, emptyKeyTally, type KeyTally } from '../domain/tally.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact, readNamedFact } from '../store/facts.ts';
import type { SubmittedBatch } from './read-submissions.ts';

/**
 * Where a batch stands, derived from the facts that exist.
 *
 * 1. `sealed.json` says what came back, also of a batch that was cancelled meanwhile: its deltas are published.
 * 2. What did not come back of a cancelled batch is discarded, all of it where the batch was never sealed.
 */
export interface BatchState extends SubmittedBatch {
  readonly sealed: Stored<SealedFact> | null;
  /** Looked for only where it makes a difference: not where everything came back before it. */
  readonly cancelled: Stored<CancelledFact> | null;
  /** Sealed deltas that no snapshot has taken. */
  readonly unpublished: readonly DeltaSeal[];
  /** Set where the batch's own facts cannot be read: it is set aside, and the others go on. */
  readonly damage: AlluviumError | null;
}

export async function readBatchState(
  store: Store,
  collection: string,
  batch: SubmittedBatch,
  manifest: Manifest | null,
  options?: RequestOptions,
): Promise<BatchState> {
  const keys = collectionKeys(collection).batch(batch.entry.batchId);
  try {
    const sealed = await findFact<SealedFact>(store, keys.sealed, options);
    const unpublished: DeltaSeal[] = [];
    for (const delta of sealed?.fact.deltas ?? []) {
      const added = manifest !== null && isAddedBy(manifest, batch.entry.batchId, delta.part);
      if (!added && (await store.head(keys.published(delta.part), options)) === null) unpublished.push(delta);
    }
    const cancelled = await findCancelled(store, keys.cancelled, sealed, options);
    return { ...batch, sealed, cancelled, unpublished, damage: null };
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt') throw error;
    return { ...batch, sealed: null, cancelled: null, unpublished: [], damage: error };
  }
}

async function findCancelled(
  store: Store,
  key: string,
  sealed: Stored<SealedFact> | null,
  options?: RequestOptions,
): Promise<Stored<CancelledFact> | null> {
  const named = sealed?.fact.cancelled;
  if (named !== undefined) return await readNamedFact<CancelledFact>(store, named, options);
  const isWhole = sealed !== null && sealed.fact.residueTally.rows === 0;
  return isWhole ? null : await findFact<CancelledFact>(store, key, options);
}

/** Rows that are on their way: not embedded yet, or sealed and in no snapshot. */
export function pendingOf({ entry, sealed, cancelled, unpublished }: BatchState): KeyTally {
  if (sealed !== null) return addKeyTallies(...unpublished.map(({ tally }) => tally));
  return cancelled?.fact.awaited === false ? emptyKeyTally : entry;
}

export function residueOf({ sealed, cancelled }: BatchState): KeyTally {
  return cancelled === null && sealed !== null ? sealed.fact.residueTally : emptyKeyTally;
}

/** Rows of a cancelled batch that did not come back. */
export function discardedOf({ entry, sealed, cancelled }: BatchState): KeyTally {
  if (cancelled === null) return emptyKeyTally;
  if (sealed !== null) return sealed.fact.residueTally;
  return cancelled.fact.awaited ? emptyKeyTally : entry;
}

/** Whether the batch has rows that no snapshot accounts for: they are still to be done, to be decided, or were discarded. */
export function isOpen(state: BatchState): boolean {
  return pendingOf(state).rows + residueOf(state).rows + discardedOf(state).rows > 0 || state.damage !== null;
}

/** The batch's deltas that are ready to be published. */
export function readyDeltas({ entry, sealed, unpublished }: BatchState): DeltaPlace[] {
  if (sealed === null) return [];
  return unpublished.map(({ part, object }) => ({
    batchId: entry.batchId,
    part,
    delta: object,
    sealed: sealed.ref,
  }));
}

const addedPlaces = new WeakMap<Manifest, Set<string>>();

function isAddedBy(manifest: Manifest, batchId: string, part: number): boolean {
  let places = addedPlaces.get(manifest);
  if (places === undefined) {
    places = new Set(manifest.added.map((place) => `${place.batchId}/${place.part}`));
    addedPlaces.set(manifest, places);
  }
  return places.has(`${batchId}/${part}`);
}
