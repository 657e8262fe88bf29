import { conflict, type ErrorReport, reportError, toAlluviumError } from '../domain/errors.ts';
import type { CancelledFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { type BatchState, discardedOf, pendingOf, readBatchState } from '../ledger/batch-state.ts';
import { findBatch, type FoundBatch } from '../ledger/find-batch.ts';
import type { CollectionChoice } from '../ledger/read-collections.ts';
import type { Provider, ProviderRequest } from '../provider/contract.ts';
import { providerFor } from '../provider/registry.ts';
import { timestamp } from '../runtime/clock.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { Store } from '../store/contract.ts';
import { createFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { endJob } from './end-job.ts';
import { readRequest } from './read-request.ts';

export interface CancelOptions extends CollectionChoice {
  /** Providers of your own, beside the built-in ones. */
  readonly providers?: readonly Provider[] | undefined;
}

/** The `--json` contract of `batches cancel`. Rows are record versions. */
export interface CancelResult {
  readonly collection: string;
  readonly batchId: string;
  readonly cancelledAt: string;
  readonly rows: number;
  readonly discarded: number;
  /** Rows that its provider may still hand over, or that came back at the last moment: the next `ingest` settles them. */
  readonly pending: number;
  /** Why the provider could not be asked to end its work, if so. The batch is cancelled all the same. */
  readonly providerError: ErrorReport | null;
}

/**
 * Cancels a batch: from now on it is never embedded. What has come back is published, the rest is discarded.
 *
 * 1. `cancelled.json` comes first, then the provider is asked: a kill in between leaves a batch that nobody submits.
 * 2. `sealed.json` wins a race: a poll that had begun may still seal what it brought home.
 * 3. It may be repeated: the provider is then asked again.
 *
 * @throws `Conflict` where the batch has come back already, `NotFound` where there is no such batch.
 * @example
 * await submit(store, 'notes', inputLines([{ id: 'draft', document: 'Not this one after all.' }]));
 * const { batches } = await listBatches(store, { states: ['pending'] });
 * for (const { batchId } of batches) await cancelBatch(store, batchId);
 */
export async function cancelBatch(
  { store }: AlluviumStore,
  batchId: string,
  options: CancelOptions = {},
): Promise<CancelResult> {
  const batch = await findBatch(store, batchId, options);
  const { collection } = batch.collection;
  assertCancellable(await readState(store, batch, options));

  const { provider, unreachable } = reachProvider(batch, options.providers ?? []);
  const request: ProviderRequest = { ...batch.entry, lines: await readRequest(store, batch, options) };
  const job = (await provider?.find?.(request, options)) ?? null;
  const { stored } = await createFact<CancelledFact>(
    store,
    collectionKeys(collection).batch(batchId).cancelled,
    { batchId, submission: batch.submission.ref, awaited: job !== null, cancelledAt: timestamp() },
    options,
  );
  const providerError = provider === null ? unreachable : await askToEnd(provider, request, options.signal);
  const state = await readState(store, batch, options);
  return {
    collection,
    batchId,
    cancelledAt: stored.fact.cancelledAt,
    rows: batch.entry.rows,
    discarded: discardedOf(state).rows,
    pending: pendingOf(state).rows,
    providerError,
  };
}

async function readState(store: Store, batch: FoundBatch, options: CancelOptions): Promise<BatchState> {
  const { collection } = batch.collection;
  const manifest = await readLatest(store, collection, options);
  return await readBatchState(store, collection, batch, manifest?.fact ?? null, options);
}

function assertCancellable(state: BatchState): void {
  const { entry, sealed, cancelled, unpublished, damage } = state;
  if (damage !== null) throw damage;
  if (sealed === null || cancelled !== null) return;
  const what = unpublished.length === 0 ? 'is finished' : 'has come back, and the next ingest publishes it';
  throw conflict('batch-finished', `the batch ${what}: ${entry.batchId}`, {
    hint: `there is nothing left to cancel: alluvium batches show ${entry.batchId}`,
    details: { batchId: entry.batchId },
  });
}

interface Reached {
  readonly provider: Provider | null;
  /** Why there is none: a batch whose provider is gone can be cancelled, too. */
  readonly unreachable: ErrorReport | null;
}

function reachProvider({ collection, entry }: FoundBatch, custom: readonly Provider[]): Reached {
  try {
    return { provider: providerFor({ ...collection, provider: entry.provider }, custom), unreachable: null };
  } catch (error) {
    return { provider: null, unreachable: reportError(error) };
  }
}

async function askToEnd(
  provider: Provider,
  request: ProviderRequest,
  signal: AbortSignal | undefined,
): Promise<ErrorReport | null> {
  try {
    await endJob(provider, request, signal);
    return null;
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind === 'Canceled') throw error;
    return reportError(error);
  }
}
