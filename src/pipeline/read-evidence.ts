import type { AccusationFact, FailureFact } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { Store } from '../store/contract.ts';
import { requireFact } from '../store/facts.ts';
import { findChunks, findOutput, type PollWork, readChunkItems } from './execution-facts.ts';
import type { Evidence } from './judge-collection.ts';
import type { TaskInput } from './task.ts';

/** Reads, from facts alone, everything that decides how an execution ended for a collection. */
export async function readEvidence(
  store: Store,
  { executionId, round, stopped = false }: TaskInput,
  work: PollWork,
  collection: string,
): Promise<Evidence> {
  const account = await readLedger(store, collection);
  const items = work.items.map((item, position) => ({ ...item, position }));
  const own = items.filter((item) => item.collection === collection);
  const polled = await mapParallel(own, limits.storeConcurrency, async ({ batches, position }) => {
    const output = await findOutput(store, { executionId, round: 0, item: position }, 'PollBatch');
    return output === null ? [] : batches;
  });
  return {
    account,
    stopped,
    batchIds: new Set(own.flatMap(({ batches }) => batches.map(({ batchId }) => batchId))),
    polledIds: new Set(polled.flat().map(({ batchId }) => batchId)),
    chunks: await findChunks(store, executionId, round, collection),
    accusations: await readAccusations(store, executionId, collection),
    failures: await readFailures(store, executionId, work, collection),
  };
}

async function readAccusations(store: Store, executionId: string, collection: string): Promise<AccusationFact[]> {
  const accusations: AccusationFact[] = [];
  for await (const { key } of store.list(executionKeys(executionId).accusations)) {
    const { fact } = await requireFact<AccusationFact>(store, key);
    if (fact.collection === collection) accusations.push(fact);
  }
  return accusations;
}

/** Failures that concern the collection: of its items, or of a step that works on it as a whole. */
async function readFailures(
  store: Store,
  executionId: string,
  work: PollWork,
  collection: string,
): Promise<FailureFact[]> {
  const names = work.collections.filter(({ refused }) => refused === null).map((listed) => listed.collection);
  const failures: FailureFact[] = [];
  for await (const { key } of store.list(executionKeys(executionId).failures)) {
    const { fact } = await requireFact<FailureFact>(store, key);
    const round = Number(key.slice(executionKeys(executionId).failures.length).split('/')[0]);
    const owner: Record<string, () => Promise<string | undefined> | string | undefined> = {
      PollBatch: () => work.items[fact.item]?.collection,
      ProcessChunk: async () => (await readChunkItems(store, executionId, round))[fact.item]?.collection,
    };
    if ((await (owner[fact.state]?.() ?? names[fact.item])) === collection) failures.push(fact);
  }
  return failures;
}
