import type { LiveSegment } from '../domain/facts.ts';
import { compareIds } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import { readCollection } from '../ledger/read-collections.ts';
import { requireSnapshot } from '../query/read-rows.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { type LiveEntry, liveEntries } from '../snapshot/live-entries.ts';
import { readRow } from '../snapshot/open-segment.ts';
import type { RequestOptions } from '../store/contract.ts';
import type { AlluviumStore } from '../store/open-store.ts';

/** The `--json` contract of `snapshots diff`: what a reader of one version finds different in another. Counts are exact. */
export interface SnapshotDiff {
  readonly collection: string;
  readonly from: number;
  readonly to: number;
  readonly added: number;
  readonly removed: number;
  /** Ids with another content or vector. */
  readonly changed: number;
  /** Ids that were handed in again, with nothing else different. */
  readonly renewed: number;
  /** The ids of some of them, sorted. */
  readonly examples: { readonly [Change in Difference]: readonly string[] };
}

type Difference = 'added' | 'removed' | 'changed';

/**
 * Compares the live rows of two versions, by their segments' indexes: what both versions share is not read.
 *
 * @throws `NotFound` where there is no such collection or version.
 * @example
 * const { added, changed, examples } = await diffSnapshots(store, 'notes', 1, 1);
 */
export async function diffSnapshots(
  { store }: AlluviumStore,
  collection: string,
  from: number,
  to: number,
  options: RequestOptions = {},
): Promise<SnapshotDiff> {
  const { dimension } = (await readCollection(store, collection, options)).fact;
  const [before, after] = [
    (await requireSnapshot(store, collection, { ...options, version: from })).fact.segments,
    (await requireSnapshot(store, collection, { ...options, version: to })).fact.segments,
  ];
  const counts = { added: 0, removed: 0, changed: 0, renewed: 0 };
  const found: Record<Difference, LiveEntry[]> = { added: [], removed: [], changed: [] };
  const note = (difference: Difference, entry: LiveEntry): void => {
    counts[difference] += 1;
    if (found[difference].length < limits.examplesMax) found[difference].push(entry);
  };
  for await (const [old, fresh] of pairs(
    liveEntries(store, without(before, after), options),
    liveEntries(store, without(after, before), options),
  )) {
    if (fresh === null) note('removed', must(old));
    else if (old === null) note('added', fresh);
    else if (Buffer.compare(old.digest, fresh.digest) !== 0) note('changed', fresh);
    else if (old.sequence !== fresh.sequence || old.line !== fresh.line) counts.renewed += 1;
  }
  // An index holds no ids: they are read from the rows.
  const idsOf = async (entries: readonly LiveEntry[]): Promise<string[]> => {
    const rows = await mapParallel(entries, limits.storeConcurrency, async ({ segment, row }) =>
      readRow(store, segment, row, dimension, options),
    );
    return rows.map(({ id }) => id).toSorted(compareIds);
  };
  const examples = {
    added: await idsOf(found.added),
    removed: await idsOf(found.removed),
    changed: await idsOf(found.changed),
  };
  return { collection, from, to, ...counts, examples };
}

/** Segments that the other version does not have with the same rows hidden: only there can anything differ. */
function without(segments: readonly LiveSegment[], others: readonly LiveSegment[]): LiveSegment[] {
  const known = new Set(others.map(stateOf));
  return segments.filter((segment) => !known.has(stateOf(segment)));
}

function stateOf({ object, dead }: LiveSegment): string {
  return `${object.key} ${dead?.key ?? ''}`;
}

type Pair = readonly [old: LiveEntry | null, fresh: LiveEntry | null];

/** Walks two ascending streams side by side: every id with its entry in either, or null. */
async function* pairs(
  before: AsyncGenerator<LiveEntry, void>,
  after: AsyncGenerator<LiveEntry, void>,
): AsyncGenerator<Pair> {
  const next = async (entries: AsyncGenerator<LiveEntry, void>): Promise<LiveEntry | null> => {
    const { done, value } = await entries.next();
    return done === true ? null : value;
  };
  let [old, fresh] = [await next(before), await next(after)];
  while (old !== null || fresh !== null) {
    const order = orderOf(old, fresh);
    yield [order <= 0 ? old : null, order >= 0 ? fresh : null];
    if (order <= 0) old = await next(before);
    if (order >= 0) fresh = await next(after);
  }
}

/** What has ended comes after everything. */
function orderOf(old: LiveEntry | null, fresh: LiveEntry | null): number {
  if (old === null) return 1;
  return fresh === null ? -1 : Buffer.compare(old.idHash, fresh.idHash);
}
