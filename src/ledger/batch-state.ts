import { type AlluviumError, toAlluviumError } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { DeltaPlace, DeltaSeal, Manifest, SealedFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { addKeyTallies, emptyKeyTally, type KeyTally } from '../domain/tally.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';
import type { SubmittedBatch } from './read-submissions.ts';

/** Where a batch stands, derived from the facts that exist. */
export interface BatchState extends SubmittedBatch {
  readonly sealed: Stored<SealedFact> | null;
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
    return { ...batch, sealed, unpublished, damage: null };
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt') throw error;
    return { ...batch, sealed: null, unpublished: [], damage: error };
  }
}

/** Rows that are on their way: not embedded yet, or sealed and in no snapshot. */
export function pendingOf({ entry, sealed, unpublished }: BatchState): KeyTally {
  return sealed === null ? entry : addKeyTallies(...unpublished.map(({ tally }) => tally));
}

export function residueOf({ sealed }: BatchState): KeyTally {
  return sealed?.fact.residueTally ?? emptyKeyTally;
}

/** Whether anything of the batch is still to be done or decided. */
export function isOpen(state: BatchState): boolean {
  return pendingOf(state).rows + residueOf(state).rows > 0 || state.damage !== null;
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
