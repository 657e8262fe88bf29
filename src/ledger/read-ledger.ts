import { unavailable } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { Manifest, SubmissionFact } from '../domain/facts.ts';
import { collectionKeys, parseKey } from '../domain/keys.ts';
import { emptyLedger, isBalanced, type Ledger } from '../domain/ledger.ts';
import { limits } from '../domain/limits.ts';
import { addKeyTallies, emptyKeyTally } from '../domain/tally.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { type BatchState, discardedOf, isOpen, pendingOf, readBatchState, residueOf } from './batch-state.ts';
import { readSubmissions, type SubmittedBatch, submittedBatches } from './read-submissions.ts';

/** A collection at one moment: what was handed in, what is published, and what is neither. */
export interface CollectionAccount {
  readonly collection: string;
  readonly submissions: readonly Stored<SubmissionFact>[];
  readonly manifest: Stored<Manifest> | null;
  readonly ledger: Ledger;
  /** Batches with rows that no snapshot accounts for. */
  readonly open: readonly BatchState[];
  /** Ids of batches that `pending/` names although nothing of them is left to do. */
  readonly finished: readonly string[];
  /** Whether `pending/` named every open batch. Where it did not, the batches were listed instead. */
  readonly hintsComplete: boolean;
}

/**
 * Derives the account from facts.
 *
 * 1. Published rows are counted from what the snapshot holds, never from what was asked.
 * 2. `pending/` is a hint. The ledger is the check on it: where it does not balance, every batch is listed.
 * 3. While others publish, a manifest and the batches beside it may be of different moments: the account is taken again until the
 *    manifest stood still.
 */
export async function readLedger(
  store: Store,
  collection: string,
  options?: RequestOptions,
): Promise<CollectionAccount> {
  for (let attempt = 0; attempt < limits.consistentReadAttemptsMax; attempt++) {
    const manifest = await readLatest(store, collection, options);
    const submissions = await readSubmissions(store, collection, options);
    const account = await takeAccount(store, collection, submissions, manifest, options);
    const after = await readLatest(store, collection, options);
    if (after?.ref.sha256 === manifest?.ref.sha256) return account;
  }
  throw unavailable('collection-busy', `others published all the time while the account was taken: ${collection}`, {
    hint: 'try again',
  });
}

async function takeAccount(
  store: Store,
  collection: string,
  submissions: readonly Stored<SubmissionFact>[],
  manifest: Stored<Manifest> | null,
  options?: RequestOptions,
): Promise<CollectionAccount> {
  const batches = submittedBatches(submissions);
  const statesOf = async (some: readonly SubmittedBatch[]): Promise<BatchState[]> =>
    mapParallel(some, limits.storeConcurrency, async (batch) =>
      readBatchState(store, collection, batch, manifest?.fact ?? null, options),
    );
  const hinted = await hintedBatches(store, collection, options);
  const likely = await statesOf(batches.filter(({ entry }) => hinted.has(entry.batchId)));
  const ledger = balance(submissions, manifest?.fact ?? null, likely);
  const finished = likely.filter((state) => !isOpen(state)).map(({ entry }) => entry.batchId);
  const common = { collection, submissions, manifest, finished };
  if (isBalanced(ledger)) return { ...common, ledger, open: likely.filter(isOpen), hintsComplete: true };

  const all = await statesOf(batches);
  const open = all.filter(isOpen);
  const hintsComplete = open.every(({ entry }) => hinted.has(entry.batchId));
  return { ...common, ledger: balance(submissions, manifest?.fact ?? null, all), open, hintsComplete };
}

function balance(
  submissions: readonly Stored<SubmissionFact>[],
  manifest: Manifest | null,
  states: readonly BatchState[],
): Ledger {
  return {
    ...emptyLedger,
    submitted: submissions.at(-1)?.fact.total ?? emptyKeyTally,
    published: manifest?.live ?? emptyKeyTally,
    superseded: manifest?.totals.superseded ?? emptyKeyTally,
    deleted: manifest?.totals.deleted ?? emptyKeyTally,
    withdrawn: manifest?.totals.withdrawn ?? emptyKeyTally,
    pending: addKeyTallies(...states.map(pendingOf)),
    residue: addKeyTallies(...states.map(residueOf)),
    discarded: addKeyTallies(...states.map(discardedOf)),
  };
}

async function hintedBatches(store: Store, collection: string, options?: RequestOptions): Promise<Set<string>> {
  const hinted = new Set<string>();
  for await (const { key } of store.list(collectionKeys(collection).pendings, options)) {
    const batchId = parseKey(key)?.batchId;
    if (batchId !== undefined && batchId !== null) hinted.add(batchId);
  }
  return hinted;
}
