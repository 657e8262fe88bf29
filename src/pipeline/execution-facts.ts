import type { ErrorReport } from '../domain/errors.ts';
import { toAlluviumError, reportError } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type {
  AccusationFact,
  ChunkItem,
  ChunkPlan,
  ExecutionInput,
  PollItem,
  TaskReceipt,
  WorkList,
} from '../domain/facts.ts';
import { executionKeys, keyStem } from '../domain/keys.ts';
import { sealMessages } from '../seal/messages.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact, requireFact } from '../store/facts.ts';
import { logOf, type StepContext, type StepName } from './task.ts';

/** The first work list of an execution: what it set out to do, and with which collections. */
export interface PollWork extends WorkList<PollItem> {
  readonly collections: readonly CollectionWork[];
}

export interface CollectionWork {
  readonly collection: string;
  /** The version that stood when the execution began; 0 for none. */
  readonly baseVersion: number;
  readonly batches: number;
  /** Why the collection is left alone altogether. */
  readonly refused: ErrorReport | null;
}

export interface ChunkResult {
  readonly index: number;
  readonly outcome: 'ChunkCompacted' | 'ChunkWithAccusations';
  readonly accused: number;
}

export interface ProcessChunkOutput {
  readonly outcome: ChunkResult['outcome'];
  readonly chunks: readonly ChunkResult[];
  /** Keys of the segment receipts. */
  readonly receipts: readonly string[];
}

export interface PublishOutput {
  readonly outcome: 'SnapshotPublished' | 'NothingToPublish';
  /** Key of the manifest, or null when there was nothing to publish. */
  readonly manifest: string | null;
  readonly returned: number;
}

export async function readInput(store: Store, executionId: string): Promise<Stored<ExecutionInput>> {
  return await requireFact<ExecutionInput>(store, executionKeys(executionId).input);
}

export async function readPollWork(store: Store, executionId: string): Promise<PollWork> {
  return (await requireFact<PollWork>(store, executionKeys(executionId).work(0, 'PollBatch'))).fact;
}

export async function findPollWork(store: Store, executionId: string): Promise<PollWork | null> {
  return (await findFact<PollWork>(store, executionKeys(executionId).work(0, 'PollBatch')))?.fact ?? null;
}

/** The chunks of a round, or none where the round was not split. */
export async function readChunkItems(store: Store, executionId: string, round: number): Promise<readonly ChunkItem[]> {
  return (await findChunkItems(store, executionId, round)) ?? [];
}

/** The chunks that were planned for a collection in all rounds; null where the execution did not come as far as to plan. */
export async function findChunks(
  store: Store,
  executionId: string,
  lastRound: number,
  collection: string,
): Promise<readonly ChunkPlan[] | null> {
  const rounds: (readonly ChunkItem[])[] = [];
  for (let round = 0; round <= lastRound; round++) {
    const items = await findChunkItems(store, executionId, round);
    if (items !== null) rounds.push(items);
  }
  if (rounds.length === 0) return null;
  return rounds.flat().flatMap((item) => (item.collection === collection ? item.chunks : []));
}

async function findChunkItems(store: Store, executionId: string, round: number): Promise<readonly ChunkItem[] | null> {
  const key = executionKeys(executionId).work(round, 'ProcessChunk');
  return (await findFact<WorkList<ChunkItem>>(store, key))?.fact.items ?? null;
}

/** What a task returned, or null where it did not succeed. */
export async function findOutput<Output extends object>(
  store: Store,
  task: { executionId: string; round: number; item: number },
  state: StepName,
): Promise<Output | null> {
  const key = executionKeys(task.executionId).receipt(task.round, state, task.item);
  return (await findFact<TaskReceipt<Output>>(store, key))?.fact.output ?? null;
}

/** Accuses a delta, or a batch whose own facts are damaged; what cannot be read twice is said once. */
export async function accuse(
  context: StepContext,
  executionId: string,
  accused: Omit<AccusationFact, 'error' | 'accusedKey'> & { readonly id: string; readonly index: number | null },
  thrown: unknown,
): Promise<void> {
  const { store, report, signal } = context;
  const { id, index, ...place } = accused;
  const error = toAlluviumError(thrown);
  const accusedKey = String(error.details['key'] ?? id);
  const body: AccusationFact = { ...place, accusedKey, error: reportError(error) };
  await createFact<AccusationFact>(store, executionKeys(executionId).accusation(id), body, { signal });
  const details = { batchId: place.batchId, deltaKey: accusedKey, errorCode: error.code, errorType: error.kind };
  logOf(context)('warn', 'compact', sealMessages.accused, { ...details, error: error.message });
  report({
    type: 'DeltaAccused',
    collection: place.collection,
    deltaKey: accusedKey,
    index: index ?? -1,
    code: error.code,
  });
}

/** Ids of the accusations of an execution: delta ids, and ids of batches that were set aside. */
export async function listAccused(store: Store, executionId: string): Promise<Set<string>> {
  const accused = new Set<string>();
  for await (const { key } of store.list(executionKeys(executionId).accusations)) accused.add(keyStem(key));
  return accused;
}
