import { type AlluviumError, notFound } from '../domain/errors.ts';
import type { LedgerTerm } from '../domain/ledger.ts';
import { compareVersions, type RecordVersion } from '../domain/version.ts';
import { type BatchState, discardedOf, readBatchState, residueOf } from '../ledger/batch-state.ts';
import { type CollectionChoice, readCollections } from '../ledger/read-collections.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { Store } from '../store/contract.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { findHandIns } from './find-hand-ins.ts';
import { followRecord, type RecordPath } from './follow-record.ts';

/** The `--json` contract of `why`. */
export interface WhyResult {
  readonly id: string;
  /** By collection, oldest first. */
  readonly versions: readonly RecordTrace[];
  /** Hand-ins that were skipped because nothing had changed leave no trace. Nobody can know them: always null. */
  readonly skipped: null;
}

/** One version of a record: where it came from, how far it got, and what took its place. */
export interface RecordTrace extends RecordVersion, RecordPath {
  readonly collection: string;
  readonly submittedAt: string;
  readonly batchId: string;
  readonly provider: string;
  /** 0-based position in its batch's request. */
  readonly n: number;
  /** Its place in the ledger. */
  readonly place: LedgerTerm;
  /** The snapshot version it became live in; null where a higher version was there before, or it is in none. */
  readonly liveFrom: number | null;
  /** The version of the record that took its place, and the snapshot version since which. */
  readonly supersededBy: (RecordVersion & { readonly snapshot: number }) | null;
}

/**
 * Why a record is as it is: every version of it, from its line in a hand-in to the snapshot version it became live in.
 *
 * @throws `NotFound` where the id was never handed in.
 * @example
 * const { versions } = await why(store, 'delta', { collection: 'notes' });
 */
export async function why(store: AlluviumStore, id: string, options: CollectionChoice = {}): Promise<WhyResult> {
  const collections = (await readCollections(store.store, options)).map(({ fact }) => fact.collection);
  const versions: RecordTrace[] = [];
  for (const collection of collections) versions.push(...(await traceRecord(store.store, collection, id, options)));
  if (versions.length === 0) throw recordAbsent(id, collections);
  return { id, versions, skipped: null };
}

type Trace = Omit<RecordTrace, 'place' | 'liveFrom' | 'supersededBy'> & { readonly state: BatchState };

async function traceRecord(
  store: Store,
  collection: string,
  id: string,
  options: CollectionChoice,
): Promise<RecordTrace[]> {
  const newest = (await readLatest(store, collection, options))?.fact ?? null;
  const traces: Trace[] = [];
  for (const handIn of await findHandIns(store, collection, id, options)) {
    const { batch, n, sequence, line } = handIn;
    const { batchId, provider } = batch.entry;
    const { submittedAt } = batch.submission.fact;
    const state = await readBatchState(store, collection, batch, newest, options);
    if (state.damage !== null) throw state.damage;
    const path = await followRecord(store, newest, state, { ...handIn, id, collection }, options);
    traces.push({ collection, sequence, line, submittedAt, batchId, provider, n, ...path, state });
  }
  return traces.map((trace) => {
    const { state, ...known } = trace;
    const life = lifeOf(trace, traces);
    return { ...known, ...life, place: placeOf(trace, state, life) };
  });
}

type Life = Pick<RecordTrace, 'liveFrom' | 'supersededBy'>;

/** A version is live from its publish on, until a higher one is published: if that was before, it never was. */
export function lifeOf(version: PublishedVersion, all: readonly PublishedVersion[]): Life {
  const { publishedIn } = version;
  if (publishedIn === null) return { liveFrom: null, supersededBy: null };
  const rivals = all
    .filter((other) => other.publishedIn !== null && compareVersions(other, version) > 0)
    .map((other) => ({ ...other, since: Math.max(other.publishedIn ?? 0, publishedIn) }));
  const snapshot = Math.min(...rivals.map(({ since }) => since));
  const winner = rivals
    .filter(({ since }) => since === snapshot)
    .toSorted(compareVersions)
    .at(-1);
  const supersededBy = winner === undefined ? null : { sequence: winner.sequence, line: winner.line, snapshot };
  return { liveFrom: snapshot === publishedIn ? null : publishedIn, supersededBy };
}

export type PublishedVersion = RecordVersion & Pick<RecordPath, 'publishedIn'>;

function placeOf({ publishedIn, residue }: RecordPath, state: BatchState, { supersededBy }: Life): LedgerTerm {
  if (publishedIn !== null) return supersededBy === null ? 'published' : 'superseded';
  if (residue !== null && residueOf(state).rows > 0) return 'residue';
  const isGone = residue !== null || state.sealed === null;
  return isGone && discardedOf(state).rows > 0 ? 'discarded' : 'pending';
}

const idCharactersMax = 80;

function recordAbsent(id: string, collections: readonly string[]): AlluviumError {
  const shown = JSON.stringify(id.length > idCharactersMax ? `${id.slice(0, idCharactersMax)}…` : id);
  const hint =
    collections.length === 0
      ? 'nothing was handed in yet: alluvium submit FILE'
      : `looked for exactly this id in: ${collections.join(', ')}`;
  return notFound('record-absent', `no record with this id was ever handed in: ${shown}`, {
    hint,
    details: { id: shown },
  });
}
