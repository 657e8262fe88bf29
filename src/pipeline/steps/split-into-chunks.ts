import { groupItems, planChunks } from '../../domain/chunk-plan.ts';
import type {
  ChunkItem,
  ChunkPlan,
  DeltaPlace,
  Manifest,
  PollBatch,
  SubmissionFact,
  WorkList,
} from '../../domain/facts.ts';
import { executionKeys, keyStem } from '../../domain/keys.ts';
import { limits } from '../../domain/limits.ts';
import { readBatchState, readyDeltas } from '../../ledger/batch-state.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import { readLatest } from '../../snapshot/latest.ts';
import { createFact, readNamedFact } from '../../store/facts.ts';
import { listAccused, type PollWork, readInput, readPollWork } from '../execution-facts.ts';
import type { Step, StepContext } from '../task.ts';

export interface SplitOutput {
  readonly items: readonly number[];
}

/** Plans the chunks of a round: every delta of this execution's batches that is sealed, not published and not accused. */
export const splitIntoChunks: Step<SplitOutput> = async (context, { executionId, round }) => {
  const { store, signal, report } = context;
  const { settings } = (await readInput(store, executionId)).fact;
  const work = await readPollWork(store, executionId);
  const accused = await listAccused(store, executionId);
  const items: ChunkItem[] = [];
  let planned = 0;
  for (const { collection, refused } of work.collections) {
    if (refused !== null) continue;
    const latest = await readLatest(store, collection, { signal });
    const ready = await readyOf(context, work, collection, latest?.fact ?? null);
    const chunks = planChunks(
      ready.filter(({ delta }) => !accused.has(keyStem(delta.key))),
      ({ delta }) => delta.bytes,
      { deltasPerChunk: settings.deltasPerChunk, bytesMax: limits.chunkBytesMax },
    ).map((deltas): ChunkPlan => ({ index: planned++, deltas }));
    const base = { version: latest?.fact.version ?? 0, fence: latest?.fact.fence ?? 0 };
    items.push(...groupItems(chunks, itemsPerCollection(work)).map((group) => ({ collection, base, chunks: group })));
  }
  const key = executionKeys(executionId).work(round, 'ProcessChunk');
  const { stored } = await createFact<WorkList<ChunkItem>>(store, key, { items }, { signal });
  const chunks = stored.fact.items.flatMap((item) => item.chunks);
  const deltas = chunks.flatMap((chunk) => chunk.deltas);
  report({ type: 'ChunksPlanned', chunks: chunks.length, deltas: deltas.length });
  return { items: [...stored.fact.items.keys()] };
};

function itemsPerCollection({ collections }: PollWork): number {
  return Math.max(1, Math.floor(limits.mapItemsMax / collections.length));
}

async function readyOf(
  { store, signal }: StepContext,
  work: PollWork,
  collection: string,
  manifest: Manifest | null,
): Promise<DeltaPlace[]> {
  const batches = work.items.filter((item) => item.collection === collection).flatMap((item) => item.batches);
  const submissions = await readSubmissionsOf({ store, signal }, batches);
  const places = await mapParallel(batches, limits.storeConcurrency, async ({ batchId, submission: { key } }) => {
    const submission = submissions.get(key);
    const entry = submission?.fact.batches.find((candidate) => candidate.batchId === batchId);
    if (submission === undefined || entry === undefined) return [];
    return readyDeltas(await readBatchState(store, collection, { entry, submission }, manifest, { signal }));
  });
  return places.flat();
}

async function readSubmissionsOf(
  { store, signal }: Pick<StepContext, 'store' | 'signal'>,
  batches: readonly PollBatch[],
) {
  const refs = new Map(batches.map(({ submission }) => [submission.key, submission]));
  const read = await mapParallel([...refs.values()], limits.storeConcurrency, async (ref) =>
    readNamedFact<SubmissionFact>(store, ref, { signal }),
  );
  return new Map(read.map((submission) => [submission.ref.key, submission]));
}
