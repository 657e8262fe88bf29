import { type ErrorReport, reportError } from '../domain/errors.ts';
import type { Manifest, ResidueFact, ResidueRow, Stray } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { type BatchState, discardedOf, pendingOf, readBatchState, residueOf } from '../ledger/batch-state.ts';
import { findBatch } from '../ledger/find-batch.ts';
import { publishedIn } from '../ledger/published-in.ts';
import { type CollectionChoice, readCollections } from '../ledger/read-collections.ts';
import { readSubmissions, submittedBatches } from '../ledger/read-submissions.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamedFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { type BatchStateName, batchStateNames } from './batch-states.ts';

/** A batch in one line. Rows are record versions. */
export interface BatchSummary {
  readonly collection: string;
  readonly batchId: string;
  readonly state: BatchStateName;
  readonly provider: string;
  /** The submission's number. */
  readonly sequence: number;
  readonly rows: number;
  readonly deltas: number;
  /** Rows of its deltas that a version took in; a later version may have superseded some. */
  readonly published: number;
  readonly pending: number;
  readonly residue: number;
  readonly discarded: number;
  readonly sealedAt: string | null;
  readonly cancelledAt: string | null;
}

/** The `--json` contract of `batches show`. */
export interface BatchDetails extends BatchSummary {
  readonly submittedAt: string;
  readonly requestKey: string;
  /** The execution that sealed it. */
  readonly executionId: string | null;
  /** Its provider's answers as they came. */
  readonly escrowKeys: readonly string[];
  readonly parts: readonly BatchPart[];
  readonly residueByCode: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly residueRows: readonly ResidueRow[];
  /** Output lines that belong to no record of the batch. */
  readonly strays: readonly Stray[];
  readonly damage: ErrorReport | null;
}

/** A delta at its place in a batch. */
export interface BatchPart {
  readonly part: number;
  readonly deltaId: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly publishedIn: number | null;
}

export interface BatchListOptions extends CollectionChoice {
  /** Default: any. */
  readonly states?: readonly BatchStateName[] | undefined;
}

/**
 * Every batch that was handed in, in the order of hand-ins, with where it stands.
 *
 * @example
 * const { batches } = await listBatches(store, { collection: 'notes', states: ['pending', 'sealed'] });
 */
export async function listBatches(
  { store }: AlluviumStore,
  options: BatchListOptions = {},
): Promise<{ readonly batches: readonly BatchSummary[] }> {
  const { states } = options;
  const batches: BatchSummary[] = [];
  for (const { fact } of await readCollections(store, options)) {
    for (const state of await readBatchStates(store, fact.collection, options)) {
      const summary = summarize(fact.collection, state);
      if (states === undefined || states.includes(summary.state)) batches.push(summary);
    }
  }
  return { batches };
}

/**
 * One batch: what it became, and why some of its records have no vector.
 *
 * @throws `NotFound` where no submission names it.
 * @example
 * const { batches } = await listBatches(store);
 * for (const { batchId } of batches) console.log((await showBatch(store, batchId)).residueByCode);
 */
export async function showBatch(
  { store }: AlluviumStore,
  batchId: string,
  options: CollectionChoice = {},
): Promise<BatchDetails> {
  const batch = await findBatch(store, batchId, options);
  const { collection } = batch.collection;
  const newest = (await readLatest(store, collection, options))?.fact ?? null;
  const state = await readBatchState(store, collection, batch, newest, options);
  return {
    ...summarize(collection, state),
    submittedAt: state.submission.fact.submittedAt,
    requestKey: state.entry.request.key,
    ...sealingOf(state),
    parts: await readParts(store, collection, state, newest, options),
    ...(await readResidue(store, state, options)),
    damage: state.damage === null ? null : reportError(state.damage),
  };
}

function sealingOf({ sealed }: BatchState): Pick<BatchDetails, 'executionId' | 'escrowKeys'> {
  if (sealed === null) return { executionId: null, escrowKeys: [] };
  const { executionId, output, errors } = sealed.fact;
  return { executionId, escrowKeys: [...output, ...errors].map(({ key }) => key) };
}

async function readResidue(
  store: Store,
  { sealed }: BatchState,
  options: RequestOptions,
): Promise<Pick<BatchDetails, 'residueByCode' | 'residueRows' | 'strays'>> {
  const ref = sealed?.fact.residue ?? null;
  if (ref === null) return { residueByCode: {}, residueRows: [], strays: [] };
  const { rows, strays } = (await readNamedFact<ResidueFact>(store, ref, options)).fact;
  return { residueByCode: countByCode(rows), residueRows: rows.slice(0, limits.examplesMax), strays };
}

/** How many batches of a collection stand where. */
export async function countBatches(
  store: Store,
  collection: string,
  options?: RequestOptions,
): Promise<Readonly<Record<BatchStateName, number>>> {
  const states = (await readBatchStates(store, collection, options)).map(stateNameOf);
  const counts = batchStateNames.map((name) => [name, states.filter((state) => state === name).length]);
  return Object.fromEntries(counts) as Record<BatchStateName, number>;
}

async function readBatchStates(store: Store, collection: string, options?: RequestOptions): Promise<BatchState[]> {
  const newest = (await readLatest(store, collection, options))?.fact ?? null;
  const batches = submittedBatches(await readSubmissions(store, collection, options));
  return await mapParallel(batches, limits.storeConcurrency, async (batch) =>
    readBatchState(store, collection, batch, newest, options),
  );
}

function summarize(collection: string, state: BatchState): BatchSummary {
  const { entry, submission, sealed, cancelled, unpublished } = state;
  const deltas = sealed?.fact.deltas ?? [];
  return {
    collection,
    batchId: entry.batchId,
    state: stateNameOf(state),
    provider: entry.provider,
    sequence: submission.fact.sequence,
    rows: entry.rows,
    deltas: deltas.length,
    published: rowsOf(deltas) - rowsOf(unpublished),
    pending: pendingOf(state).rows,
    residue: residueOf(state).rows,
    discarded: discardedOf(state).rows,
    sealedAt: sealed?.fact.sealedAt ?? null,
    cancelledAt: cancelled?.fact.cancelledAt ?? null,
  };
}

function stateNameOf(state: BatchState): BatchStateName {
  if (state.damage !== null) return 'damaged';
  if (state.unpublished.length > 0) return 'sealed';
  if (state.cancelled !== null) return 'cancelled';
  if (state.sealed === null) return 'pending';
  return residueOf(state).rows > 0 ? 'residue' : 'published';
}

async function readParts(
  store: Store,
  collection: string,
  { entry: { batchId }, sealed }: BatchState,
  newest: Manifest | null,
  options?: RequestOptions,
): Promise<BatchPart[]> {
  return await mapParallel(
    sealed?.fact.deltas ?? [],
    limits.storeConcurrency,
    async ({ part, deltaId, object, tally }) => ({
      part,
      deltaId,
      key: object.key,
      bytes: object.bytes,
      rows: tally.rows,
      publishedIn: await publishedIn(store, collection, { batchId, part }, newest, options),
    }),
  );
}

function countByCode(rows: readonly ResidueRow[]): Record<string, number> {
  const byCode = Map.groupBy(rows, ({ code }) => code);
  return Object.fromEntries([...byCode].map(([code, members]) => [code, members.length]));
}

function rowsOf(deltas: readonly { readonly tally: { readonly rows: number } }[]): number {
  return deltas.reduce((rows, { tally }) => rows + tally.rows, 0);
}
