import { compactChunk, type ChunkTarget, findReceipt } from '../../compact/compact-chunk.ts';
import { verifyDelta, type VerifiedDelta } from '../../compact/verify-delta.ts';
import { AlluviumError, internal } from '../../domain/errors.ts';
import type { Stored } from '../../domain/fact.ts';
import type { ChunkPlan, SegmentReceipt } from '../../domain/facts.ts';
import { keyStem } from '../../domain/keys.ts';
import { readCollection } from '../../ledger/read-collections.ts';
import { accuse, type ChunkResult, type ProcessChunkOutput, readChunkItems } from '../execution-facts.ts';
import { logOf, type Step, type StepContext } from '../task.ts';

/** Verifies each delta against its seal, merges the good ones into a segment, and accuses each bad one. */
export const processChunk: Step<ProcessChunkOutput> = async (context, { executionId, round, item: position }) => {
  const { store, signal } = context;
  const item = (await readChunkItems(store, executionId, round))[position];
  if (item === undefined)
    throw internal('item-unknown', `a task was started for an item that is not in the work list: ${position}`);
  const { dimension } = (await readCollection(store, item.collection, { signal })).fact;
  const target: ChunkTarget = {
    store,
    collection: item.collection,
    dimension,
    base: item.base,
    signal,
    log: logOf(context),
  };

  const chunks: ChunkResult[] = [];
  const receipts: string[] = [];
  for (const chunk of item.chunks) {
    const { receipt, accused } = await process(context, executionId, target, chunk);
    chunks.push({ index: chunk.index, outcome: accused === 0 ? 'ChunkCompacted' : 'ChunkWithAccusations', accused });
    if (receipt !== null) {
      receipts.push(receipt.ref.key);
      const { rows } = receipt.fact.segment.tally;
      context.report({ type: 'ChunkCompacted', collection: item.collection, index: chunk.index, rows });
    }
  }
  const outcome = chunks.some(({ accused }) => accused > 0) ? 'ChunkWithAccusations' : 'ChunkCompacted';
  return { outcome, chunks, receipts };
};

async function process(
  context: StepContext,
  executionId: string,
  target: ChunkTarget,
  chunk: ChunkPlan,
): Promise<{ receipt: Stored<SegmentReceipt> | null; accused: number }> {
  const earlier = await findReceipt(target, chunk.deltas);
  if (earlier !== null) return { receipt: earlier, accused: 0 };
  const good = await verifyDeltas(context, executionId, target, chunk);
  const accused = chunk.deltas.length - good.length;
  if (good.length === 0) return { receipt: null, accused };
  const receipt = await compactChunk(target, good);
  const { segmentId } = receipt.fact.segment;
  for (const { place } of good) {
    const { key: deltaKey } = place.delta;
    context.report({ type: 'DeltaMerged', collection: target.collection, deltaKey, index: chunk.index, segmentId });
  }
  return { receipt, accused };
}

async function verifyDeltas(
  context: StepContext,
  executionId: string,
  { store, collection, dimension, signal }: ChunkTarget,
  { index, deltas }: ChunkPlan,
): Promise<VerifiedDelta[]> {
  const good: VerifiedDelta[] = [];
  for (const place of deltas) {
    try {
      const delta = await verifyDelta(store, place, dimension, signal);
      good.push(delta);
      context.report({ type: 'DeltaVerified', collection, deltaKey: place.delta.key, index, rows: delta.rows.length });
    } catch (error) {
      if (!(error instanceof AlluviumError) || error.kind !== 'Corrupt') throw error;
      const { batchId, part, delta } = place;
      await accuse(context, executionId, { collection, batchId, part, id: keyStem(delta.key), index }, error);
    }
  }
  return good;
}
