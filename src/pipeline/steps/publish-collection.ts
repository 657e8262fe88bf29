import { internal } from '../../domain/errors.ts';
import type { SegmentReceipt } from '../../domain/facts.ts';
import { limits } from '../../domain/limits.ts';
import { publishSnapshot } from '../../publish/publish-snapshot.ts';
import { timestamp } from '../../runtime/clock.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import type { Store } from '../../store/contract.ts';
import { requireFact } from '../../store/facts.ts';
import { findOutput, type ProcessChunkOutput, type PublishOutput, readChunkItems } from '../execution-facts.ts';
import type { Step, TaskInput } from '../task.ts';

/** Publishes what this round's chunks became as the collection's next version. */
export const publishCollection: Step<PublishOutput> = async ({ store, signal, report }, input) => {
  const { executionId, round, collection } = input;
  if (collection === undefined)
    throw internal('collection-unstated', 'PublishCollection was started without a collection');
  const receipts = await roundReceipts(store, input, collection);
  const publisher = { executionId, round, publishedAt: timestamp() };
  const { manifest, returned } = await publishSnapshot(store, collection, receipts, publisher, signal);
  if (manifest !== null) {
    const { version, changed } = manifest.fact;
    report({ type: 'SnapshotPublished', collection, version, rows: changed.published.rows });
  }
  const outcome = manifest === null ? 'NothingToPublish' : 'SnapshotPublished';
  return { outcome, manifest: manifest?.ref.key ?? null, returned: returned.length };
};

async function roundReceipts(
  store: Store,
  { executionId, round }: TaskInput,
  collection: string,
): Promise<SegmentReceipt[]> {
  const items = await readChunkItems(store, executionId, round);
  const outputs = await mapParallel(items, limits.storeConcurrency, async (item, position) => {
    if (item.collection !== collection) return [];
    const output = await findOutput<ProcessChunkOutput>(store, { executionId, round, item: position }, 'ProcessChunk');
    return output?.receipts ?? [];
  });
  return await mapParallel(outputs.flat(), limits.storeConcurrency, async (key) => {
    const { fact } = await requireFact<SegmentReceipt>(store, key);
    return fact;
  });
}
