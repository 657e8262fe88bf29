import type { LiveSegment, Manifest } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { type CollectionChoice, readCollection, readCollections } from '../ledger/read-collections.ts';
import { requireSnapshot, type ReadOptions } from '../query/read-rows.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { requireFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';

/** A published version in one line. Rows are record versions. */
export interface SnapshotSummary {
  readonly collection: string;
  readonly version: number;
  readonly publishedAt: string;
  readonly executionId: string;
  /** Live rows. */
  readonly rows: number;
  readonly segments: number;
  /** Of its segments, whatever of them is live. */
  readonly bytes: number;
  /** Deltas that it took in. */
  readonly added: number;
  /** Of their rows, those that it made live. */
  readonly published: number;
  /** Rows that it took out of the live set, or never let in. */
  readonly superseded: number;
  readonly setHash: string;
}

/** The `--json` contract of `snapshots show`. */
export interface SnapshotDetails extends SnapshotSummary {
  readonly keyHash: string;
  readonly fence: number;
  /** What held before it was published. */
  readonly checks: readonly string[];
  readonly segmentList: readonly SegmentSummary[];
}

export interface SegmentSummary {
  readonly segmentId: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** Rows that no later version hides. */
  readonly live: number;
}

/**
 * Every published version, oldest first.
 *
 * @example
 * const { snapshots } = await listSnapshots(store, { collection: 'notes' });
 */
export async function listSnapshots(
  { store }: AlluviumStore,
  options: CollectionChoice = {},
): Promise<{ readonly snapshots: readonly SnapshotSummary[] }> {
  const snapshots: SnapshotSummary[] = [];
  for (const { fact } of await readCollections(store, options)) {
    const manifests = await readManifests(store, fact.collection, options);
    snapshots.push(...manifests.map(summarizeSnapshot));
  }
  return { snapshots };
}

/**
 * One published version with its segments; the latest where none is named.
 *
 * @throws `NotFound` where there is no such collection or version.
 * @example
 * const { rows, segmentList } = await showSnapshot(store, 'notes', { version: 1 });
 */
export async function showSnapshot(
  { store }: AlluviumStore,
  collection: string,
  options: ReadOptions = {},
): Promise<SnapshotDetails> {
  await readCollection(store, collection, options);
  const { fact } = await requireSnapshot(store, collection, options);
  return {
    ...summarizeSnapshot(fact),
    keyHash: fact.live.keyHash,
    fence: fact.fence,
    checks: fact.checks,
    segmentList: fact.segments.map(summarizeSegment),
  };
}

export function summarizeSnapshot({ segments, live, changed, added, ...manifest }: Manifest): SnapshotSummary {
  const { collection, version, publishedAt, executionId } = manifest;
  return {
    collection,
    version,
    publishedAt,
    executionId,
    rows: live.rows,
    segments: segments.length,
    bytes: segments.reduce((bytes, { object }) => bytes + object.bytes, 0),
    added: added.length,
    published: changed.published.rows,
    superseded: changed.superseded.rows,
    setHash: live.setHash,
  };
}

function summarizeSegment({ segmentId, object, tally, dead }: LiveSegment): SegmentSummary {
  const { key, bytes } = object;
  return { segmentId, key, bytes, rows: tally.rows, live: tally.rows - (dead?.tally.rows ?? 0) };
}

async function readManifests(store: Store, collection: string, options?: RequestOptions): Promise<Manifest[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(collectionKeys(collection).snapshots, options)) keys.push(key);
  return await mapParallel(keys, limits.storeConcurrency, async (key) => {
    const { fact } = await requireFact<Manifest>(store, key, options);
    return fact;
  });
}
