import { type ErrorReport, reportError, toAlluviumError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/fact.ts';
import type { CollectionOutcome, Manifest, Outcome, OutcomeFact } from '../../domain/facts.ts';
import { executionKeys } from '../../domain/keys.ts';
import { limits } from '../../domain/limits.ts';
import { worstOutcome } from '../../domain/outcome.ts';
import { durationBetween, timestamp } from '../../runtime/clock.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import { readVersion } from '../../snapshot/latest.ts';
import type { Store } from '../../store/contract.ts';
import { createFact } from '../../store/facts.ts';
import { type CollectionWork, findPollWork, type PollWork, readInput } from '../execution-facts.ts';
import { describe, type Evidence, judgeCollection } from '../judge-collection.ts';
import { readEvidence } from '../read-evidence.ts';
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
  input: TaskInput,
  work: PollWork,
  listed: CollectionWork,
  caught: ErrorReport | null,
): Promise<CollectionOutcome> {
  if (listed.refused !== null) return failed(listed, listed.refused);
  try {
    const evidence = await readEvidence(store, input, work, listed.collection);
    const { outcome, reasons } = judgeCollection(evidence);
    const standing = await standingOf(store, input.executionId, listed, evidence);
    return {
      ...standing,
      outcome,
      reasons: caught === null || outcome === 'Complete' ? reasons : [...reasons, describe(caught)],
    };
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt') throw error;
    return failed(listed, reportError(error));
  }
}

/** What the collection holds now, and what of it is this execution's doing. */
async function standingOf(
  store: Store,
  executionId: string,
  { collection, baseVersion, batches }: CollectionWork,
  { account, chunks, accusations }: Evidence,
): Promise<Omit<CollectionOutcome, 'outcome' | 'reasons'>> {
  const { manifest, ledger } = account;
  const manifests = await ownManifests(store, collection, executionId, manifest, baseVersion);
  return {
    collection,
    manifests: manifests.map(({ ref }) => ref),
    version: manifest?.fact.version ?? null,
    setHash: manifest?.fact.live.setHash ?? null,
    published: sum(manifests.map(({ fact }) => fact.changed.published.rows)),
    superseded: sum(manifests.map(({ fact }) => fact.changed.superseded.rows)),
    healed: 0,
    pending: ledger.pending.rows,
    quarantined: ledger.quarantined.rows,
    residue: ledger.residue.rows,
    batches,
    chunks: chunks?.length ?? 0,
    accused: accusations.length,
  };
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
