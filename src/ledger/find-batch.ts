import { type AlluviumError, notFound } from '../domain/errors.ts';
import type { CollectionFact } from '../domain/facts.ts';
import type { Store } from '../store/contract.ts';
import { type CollectionChoice, readCollections } from './read-collections.ts';
import { readSubmissions, type SubmittedBatch, submittedBatches } from './read-submissions.ts';

/** A batch, and the collection it belongs to. */
export interface FoundBatch extends SubmittedBatch {
  readonly collection: CollectionFact;
}

/** A batch by its id. `NotFound` where no submission names it: then it does not exist, whatever lies under its keys. */
export async function findBatch(store: Store, batchId: string, options: CollectionChoice = {}): Promise<FoundBatch> {
  const known: string[] = [];
  for (const { fact: collection } of await readCollections(store, options)) {
    const batches = submittedBatches(await readSubmissions(store, collection.collection, options));
    const found = batches.find(({ entry }) => entry.batchId === batchId);
    if (found !== undefined) return { ...found, collection };
    known.push(...batches.map(({ entry }) => entry.batchId));
  }
  throw batchAbsent(batchId, known);
}

function batchAbsent(batchId: string, known: readonly string[]): AlluviumError {
  const newest = known.at(-1);
  const hint =
    newest === undefined
      ? 'nothing was handed in yet: alluvium submit FILE'
      : `there are ${known.length} (alluvium batches list), the newest is ${newest}`;
  return notFound('batch-absent', `there is no such batch: ${batchId}`, { hint, details: { batchId } });
}
