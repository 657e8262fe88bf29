import type { Stored } from '../domain/fact.ts';
import type { CollectionFact, CollectionSettings, SubmissionFact } from '../domain/facts.ts';
import { type LedgerRows, ledgerRows } from '../domain/ledger.ts';
import { limits } from '../domain/limits.ts';
import { readCollection, readCollections } from '../ledger/read-collections.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { readSubmissions, submittedBatches } from '../ledger/read-submissions.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import type { BatchStateName } from './batch-states.ts';
import { countBatches } from './batches.ts';
import { type SnapshotSummary, summarizeSnapshot } from './snapshots.ts';

/** A collection in one line. */
export interface CollectionSummary extends CollectionSettings {
  readonly createdAt: string;
  readonly submissions: number;
  readonly batches: number;
  /** Null before the first publish. */
  readonly version: number | null;
  /** Live rows of that version. */
  readonly rows: number;
}

/** The `--json` contract of `collections show`. */
export interface CollectionDetails extends CollectionSummary {
  readonly ledger: LedgerRows;
  readonly batchesByState: Readonly<Record<BatchStateName, number>>;
  readonly snapshot: SnapshotSummary | null;
  /** The latest, newest first. */
  readonly latestSubmissions: readonly SubmissionSummary[];
}

export interface SubmissionSummary {
  readonly sequence: number;
  readonly submittedAt: string;
  readonly records: number;
  readonly skipped: number;
  readonly batches: number;
}

/**
 * Every collection with its settings.
 *
 * @example
 * const { collections } = await listCollections(store);
 * console.log(collections.map(({ collection, model }) => `${collection}: ${model}`));
 */
export async function listCollections(
  { store }: AlluviumStore,
  options: RequestOptions = {},
): Promise<{ readonly collections: readonly CollectionSummary[] }> {
  const facts = await readCollections(store, options);
  const collections = await mapParallel(facts, limits.storeConcurrency, async (fact) =>
    summarize(store, fact, options),
  );
  return { collections };
}

/**
 * One collection: its settings, its account, and what was handed in of late.
 *
 * @throws `NotFound` where there is none of this name.
 * @example
 * const { ledger, batchesByState } = await showCollection(store, 'notes');
 */
export async function showCollection(
  { store }: AlluviumStore,
  collection: string,
  options: RequestOptions = {},
): Promise<CollectionDetails> {
  const fact = await readCollection(store, collection, options);
  const { ledger, manifest, submissions } = await readLedger(store, collection, options);
  return {
    ...(await summarize(store, fact, options)),
    ledger: ledgerRows(ledger),
    batchesByState: await countBatches(store, collection, options),
    snapshot: manifest === null ? null : summarizeSnapshot(manifest.fact),
    latestSubmissions: submissions.slice(-limits.examplesMax).toReversed().map(summarizeSubmission),
  };
}

async function summarize(
  store: Store,
  { fact }: Stored<CollectionFact>,
  options: RequestOptions,
): Promise<CollectionSummary> {
  const { collection, provider, model, dimension, metric, createdAt } = fact;
  const submissions = await readSubmissions(store, collection, options);
  const newest = await readLatest(store, collection, options);
  return {
    collection,
    provider,
    model,
    dimension,
    metric,
    createdAt,
    submissions: submissions.length,
    batches: submittedBatches(submissions).length,
    version: newest?.fact.version ?? null,
    rows: newest?.fact.live.rows ?? 0,
  };
}

function summarizeSubmission({ fact }: Stored<SubmissionFact>): SubmissionSummary {
  const { sequence, submittedAt, rows, skipped, batches } = fact;
  return { sequence, submittedAt, records: rows, skipped, batches: batches.length };
}
