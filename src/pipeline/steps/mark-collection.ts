import { internal } from '../../domain/errors.ts';
import type { Manifest, SealedFact } from '../../domain/facts.ts';
import { collectionKeys } from '../../domain/keys.ts';
import { limits } from '../../domain/limits.ts';
import { markPublished } from '../../publish/publish-snapshot.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import { readNamedFact, requireFact } from '../../store/facts.ts';
import { findOutput, type PublishOutput } from '../execution-facts.ts';
import type { Step } from '../task.ts';

export interface MarkOutput {
  readonly outcome: 'BatchesMarked';
  readonly finished: number;
}

/** Writes what is published, then takes the finished batches out of `pending/`. */
export const markCollection: Step<MarkOutput> = async ({ store, signal }, input) => {
  const { collection } = input;
  if (collection === undefined)
    throw internal('collection-unstated', 'MarkCollection was started without a collection');
  const published = await findOutput<PublishOutput>(store, input, 'PublishCollection');
  if (published === null || published.manifest === null) return { outcome: 'BatchesMarked', finished: 0 };
  const manifest = await requireFact<Manifest>(store, published.manifest, { signal });
  await markPublished(store, manifest, signal);

  const keys = collectionKeys(collection);
  const sealedRefs = new Map(manifest.fact.added.map(({ batchId, sealed }) => [batchId, sealed]));
  const finished = await mapParallel([...sealedRefs], limits.storeConcurrency, async ([batchId, ref]) => {
    const { deltas, residueTally } = (await readNamedFact<SealedFact>(store, ref, { signal })).fact;
    const heads = await Promise.all(
      deltas.map(async ({ part }) => store.head(keys.batch(batchId).published(part), { signal })),
    );
    return residueTally.rows === 0 && !heads.includes(null) ? [keys.pending(batchId)] : [];
  });
  await store.deleteMany(finished.flat(), { signal });
  return { outcome: 'BatchesMarked', finished: finished.flat().length };
};
