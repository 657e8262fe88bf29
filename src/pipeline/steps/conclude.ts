import { type ErrorReport, reportError, toAlluviumError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/fact.ts';
import type {
  AccusationFact,
  CollectionOutcome,
  FailureFact,
  Manifest,
  Outcome,
  OutcomeFact,
} from '../../domain/facts.ts';
import { executionKeys } from '../../domain/keys.ts';
import { limits } from '../../domain/limits.ts';
import { worstOutcome } from '../../domain/outcome.ts';
import { readLedger } from '../../ledger/read-ledger.ts';
import { durationBetween, timestamp } from '../../runtime/clock.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import { readVersion } from '../../snapshot/latest.ts';
import type { Store } from '../../store/contract.ts';
import { createFact, requireFact } from '../../store/facts.ts';
import {
  type CollectionWork,
  findOutput,
  findPollWork,
  type PollWork,
  readChunkItems,
  readInput,
} from '../execution-facts.ts';
import { describe, judgeCollection } from '../judge-collection.ts';
import { caughtReport, type Step, type TaskInput } from '../task.ts';

export interface ConcludeOutput {
  readonly outcome: Outcome;
}

/** Computes the outcome from what the store holds, and ends the execution. */
export const conclude: Step<ConcludeOutput> = async ({ store, report }, input) => {
  const { executionId, context, stopped = false } = input;
  const { fact, ref } = await readInput(store, executionId);
  const caught = context?.error === undefined ? null : caughtReport(context.error);
  const work = await findPollWork(store, executionId);
  const collections =
    work === null
      ? (fact.collections ?? []).map((collection) => failed({ collection, baseVersion: 0, batches: 0 }, caught))
      : await mapParallel(work.collections, limits.storeConcurrency, async (listed) =>
          concludeCollection(store, input, work, listed, caught),
        );
  const endedAt = timestamp();
  const { stored } = await createFact<OutcomeFact>(store, executionKeys(executionId).outcome, {
    executionId,
    stopped,
    outcome: work === null && !stopped ? 'Failed' : worstOutcome(collections.map(({ outcome }) => outcome)),
    input: ref,
    startedAt: fact.startedAt,
    endedAt,
    durationMs: durationBetween(fact.startedAt, endedAt),
    collections,
    error: caught,
  });
  report({ type: 'ExecutionEnded', executionId, outcome: stored.fact.outcome });
  return { outcome: stored.fact.outcome };
};

async function concludeCollection(
  store: Store,
  { executionId, round, stopped = false }: TaskInput,
  work: PollWork,
  listed: CollectionWork,
  caught: ErrorReport | null,
): Promise<CollectionOutcome> {
  const { collection, refused } = listed;
  if (refused !== null) return failed(listed, refused);
  try {
    const account = await readLedger(store, collection);
    const items = work.items.map((item, position) => ({ ...item, position }));
    const own = items.filter((item) => item.collection === collection);
    const polled = await mapParallel(own, limits.storeConcurrency, async ({ batches, position }) => {
      const output = await findOutput(store, { executionId, round: 0, item: position }, 'PollBatch');
      return output === null ? [] : batches;
    });
    const accusations = await readAccusations(store, executionId, collection);
    const { outcome, reasons } = judgeCollection({
      account,
      stopped,
      batchIds: new Set(own.flatMap(({ batches }) => batches.map(({ batchId }) => batchId))),
      polledIds: new Set(polled.flat().map(({ batchId }) => batchId)),
      accusations,
      failures: await readFailures(store, executionId, work, collection),
    });
    const manifests = await ownManifests(store, collection, executionId, account.manifest, listed.baseVersion);
    const { pending, quarantined, residue } = account.ledger;
    return {
      collection,
      outcome,
      manifests: manifests.map(({ ref }) => ref),
      version: account.manifest?.fact.version ?? null,
      setHash: account.manifest?.fact.live.setHash ?? null,
      published: sum(manifests.map(({ fact }) => fact.changed.published.rows)),
      superseded: sum(manifests.map(({ fact }) => fact.changed.superseded.rows)),
      healed: 0,
      pending: pending.rows,
      quarantined: quarantined.rows,
      residue: residue.rows,
      batches: listed.batches,
      chunks: await countChunks(store, executionId, round, collection),
      accused: accusations.length,
      reasons: caught === null || outcome === 'Complete' ? reasons : [...reasons, describe(caught)],
    };
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt') throw error;
    return failed(listed, reportError(error));
  }
}

function failed(
  { collection, batches }: Omit<CollectionWork, 'refused'>,
  error: ErrorReport | null,
): CollectionOutcome {
  return {
    collection,
    outcome: 'Failed',
    manifests: [],
    version: null,
    setHash: null,
    published: 0,
    superseded: 0,
    healed: 0,
    pending: 0,
    quarantined: 0,
    residue: 0,
    batches,
    chunks: 0,
    accused: 0,
    reasons: error === null ? [] : [describe(error)],
  };
}

/** The versions that this execution published, newest first. */
async function ownManifests(
  store: Store,
  collection: string,
  executionId: string,
  latest: Stored<Manifest> | null,
  baseVersion: number,
): Promise<Stored<Manifest>[]> {
  const own: Stored<Manifest>[] = [];
  for (let manifest = latest; manifest !== null && manifest.fact.version > baseVersion;) {
    if (manifest.fact.executionId === executionId) own.push(manifest);
    manifest = await readVersion(store, collection, manifest.fact.version - 1);
  }
  return own;
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

async function countChunks(store: Store, executionId: string, lastRound: number, collection: string): Promise<number> {
  let chunks = 0;
  for (let round = 0; round <= lastRound; round++) {
    for (const item of await readChunkItems(store, executionId, round)) {
      if (item.collection === collection) chunks += item.chunks.length;
    }
  }
  return chunks;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
