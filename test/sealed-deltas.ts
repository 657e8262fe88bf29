import { compactChunk, type ChunkTarget } from '../src/compact/compact-chunk.ts';
import { verifyDelta } from '../src/compact/verify-delta.ts';
import { type EmbeddingSpace, idHash } from '../src/domain/digest.ts';
import { refOf } from '../src/domain/fact.ts';
import type { CollectionFact, DeltaPlace, SealedFact, SegmentReceipt } from '../src/domain/facts.ts';
import { compareRows } from '../src/domain/ids.ts';
import { collectionKeys, keyStem } from '../src/domain/keys.ts';
import type { Row } from '../src/domain/row.ts';
import { emptyKeyTally } from '../src/domain/tally.ts';
import { publishSnapshot } from '../src/publish/publish-snapshot.ts';
import { newId } from '../src/runtime/random.ts';
import { sealRows } from '../src/seal/seal-rows.ts';
import type { Store } from '../src/store/contract.ts';
import { createFact } from '../src/store/facts.ts';
import { openSegmentIndex, readDeadRows } from '../src/snapshot/open-segment.ts';
import { readLatest } from '../src/snapshot/latest.ts';
import { readRows } from '../src/query/read-rows.ts';
import { makeRow } from './any-rows.ts';

/** The collection that tests below the pipeline work on: what `submit` and `PollBatch` would have left, without either. */
export const space: EmbeddingSpace = { model: 'test', dimension: 2 };
export const collection = 'abc';

/** A row of a few numbers: the same ones make the same row. `variant` changes the vector, and so the digest. */
export function rowOf(id: string, sequence: number, line = 1, variant = 0): Row {
  const vector = Float32Array.of(1 + variant, 1);
  return makeRow({ id, document: `${id} ${sequence}`, metadata: null, sequence, line, vector }, space);
}

export async function createCollection(store: Store, chosen: Partial<CollectionFact> = {}): Promise<void> {
  const settings = { collection, provider: 'given', metric: 'cosine', ...space, ...chosen };
  await createFact(store, collectionKeys(collection).collection, {
    ...settings,
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}

/** Publishes batches of rows as one segment of the next version. */
export async function publishRows(store: Store, ...groups: readonly (readonly Row[])[]): Promise<void> {
  const receipt = await segmentOf(store, ...groups);
  const publisher = { executionId: newId(), round: 0, publishedAt: '2026-01-01T00:00:00.000Z' };
  await publishSnapshot(store, collection, [receipt], publisher);
}

/** Seals a batch of one or more deltas, and the fact that names them. */
export async function sealBatch(store: Store, ...parts: readonly (readonly Row[])[]): Promise<DeltaPlace[]> {
  const keys = collectionKeys(collection);
  const batchId = newId();
  const deltas: SealedFact['deltas'][number][] = [];
  for (const [part, rows] of parts.entries()) {
    const sealed = await sealRows(store, {
      newKey: () => keys.delta(newId()),
      rows: () => rows.toSorted(compareRows),
      dimension: space.dimension,
    });
    deltas.push({ deltaId: keyStem(sealed.object.key), part, ...sealed });
  }
  const submission = refOf(keys.submission(1), Buffer.alloc(0));
  const { stored } = await createFact<SealedFact>(store, keys.batch(batchId).sealed, {
    batchId,
    executionId: newId(),
    submission,
    provider: 'given',
    attempt: null,
    output: [],
    errors: [],
    deltas,
    residue: null,
    residueTally: emptyKeyTally,
    sealedAt: '2026-01-01T00:00:00.000Z',
  });
  return deltas.map(({ part, object }) => ({ batchId, part, delta: object, sealed: stored.ref }));
}

export function chunkTarget(store: Store, version = 0): ChunkTarget {
  return { store, collection, dimension: space.dimension, base: { version, fence: 0 } };
}

/** Compacts deltas as a chunk does. */
export async function compact(store: Store, places: readonly DeltaPlace[]): Promise<SegmentReceipt> {
  const deltas = [];
  for (const place of places) deltas.push(await verifyDelta(store, place, space.dimension));
  return (await compactChunk(chunkTarget(store), deltas)).fact;
}

/** Seals one batch for each group of rows, and compacts them all into one segment. */
export async function segmentOf(store: Store, ...groups: readonly (readonly Row[])[]): Promise<SegmentReceipt> {
  const places: DeltaPlace[] = [];
  for (const rows of groups) places.push(...(await sealBatch(store, rows)));
  return compact(store, places);
}

/** The live rows of the latest version, as `id sequence/line`, sorted. */
export async function liveRows(store: Store): Promise<string[]> {
  const live: string[] = [];
  for await (const { id, sequence, line } of readRows(store, collection)) live.push(`${id} ${sequence}/${line}`);
  return live.toSorted();
}

/** How many rows each segment of the latest version hides. */
export async function hiddenRows(store: Store): Promise<number[]> {
  const manifest = await readLatest(store, collection);
  const hidden: number[] = [];
  for (const segment of manifest?.fact.segments ?? []) {
    hidden.push((await readDeadRows(store, segment))?.count ?? 0);
  }
  return hidden;
}

/** Ids hashes that an index holds, in its order. */
export async function indexedHashes(store: Store, receipt: SegmentReceipt): Promise<string[]> {
  const index = await openSegmentIndex(store, receipt.segment);
  const hashes: string[] = [];
  for await (const entry of index.entries()) hashes.push(Buffer.from(entry.idHash).toString('hex'));
  return hashes;
}

export function hashOf(id: string): string {
  return Buffer.from(idHash(id)).toString('hex');
}
