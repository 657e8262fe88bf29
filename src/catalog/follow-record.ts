import { idHash } from '../domain/digest.ts';
import type { DeltaSeal, LiveSegment, Manifest, ResidueFact, ResidueRow } from '../domain/facts.ts';
import { compareIds } from '../domain/ids.ts';
import { collectionKeys } from '../domain/keys.ts';
import type { RecordVersion } from '../domain/version.ts';
import type { BatchState } from '../ledger/batch-state.ts';
import { publishedIn } from '../ledger/published-in.ts';
import { readChunkItems } from '../pipeline/execution-facts.ts';
import { openSegmentIndex } from '../snapshot/open-segment.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamedFact, requireFact } from '../store/facts.ts';
import type { HandIn } from './find-hand-ins.ts';

/** How far a record version has come; null for what has not happened to it. */
export interface RecordPath {
  /** Why it has no vector. */
  readonly residue: Pick<ResidueRow, 'status' | 'code' | 'message'> | null;
  readonly delta: DeltaPosition | null;
  /** The snapshot version that took its delta in. */
  readonly publishedIn: number | null;
  /** What compacted its delta for that version. */
  readonly chunk: ChunkPosition | null;
  /** Null also where it was superseded within its chunk, and so got into no segment. */
  readonly segment: SegmentPosition | null;
}

/** What is followed. */
export interface FoundHandIn extends HandIn {
  readonly id: string;
  readonly collection: string;
}

export interface DeltaPosition {
  readonly deltaId: string;
  readonly key: string;
  readonly part: number;
  /** 0-based: the record batch of the Arrow file. */
  readonly block: number;
}

export interface ChunkPosition {
  readonly executionId: string;
  readonly round: number;
  /** 0-based. */
  readonly index: number;
}

export interface SegmentPosition {
  readonly segmentId: string;
  readonly key: string;
  /** 0-based. */
  readonly row: number;
}

/** Follows a record from its batch into delta, chunk and segment, by facts and indexes: neither delta nor segment is read. */
export async function followRecord(
  store: Store,
  manifest: Manifest | null,
  { sealed, entry: { batchId } }: BatchState,
  handIn: FoundHandIn,
  options?: RequestOptions,
): Promise<RecordPath> {
  const nowhere: RecordPath = { residue: null, delta: null, publishedIn: null, chunk: null, segment: null };
  if (sealed === null) return nowhere;
  const ref = sealed.fact.residue;
  const rows = ref === null ? [] : (await readNamedFact<ResidueFact>(store, ref, options)).fact.rows;
  const residue = rows.find(({ n }) => n === handIn.n);
  if (residue !== undefined) {
    const { status, code, message } = residue;
    return { ...nowhere, residue: { status, code, message } };
  }
  const delta = positionIn(sealed.fact.deltas, handIn.id);
  if (delta === null) return nowhere;
  const place = { batchId, part: delta.part };
  const version = await publishedIn(store, handIn.collection, place, manifest, options);
  if (version === null) return { ...nowhere, delta };
  const key = collectionKeys(handIn.collection).snapshot(version);
  const publisher = (await requireFact<Manifest>(store, key, options)).fact;
  return {
    ...nowhere,
    delta,
    publishedIn: version,
    chunk: await chunkOf(store, publisher, place),
    segment: await segmentOf(store, publisher, handIn, options),
  };
}

/** Rows are sorted by id across a batch's deltas and their blocks: the last that begins at or before the id is its own. */
function positionIn(deltas: readonly DeltaSeal[], id: string): DeltaPosition | null {
  const blocks = deltas.flatMap(({ deltaId, part, object, blocks: seals }) =>
    seals.map(({ firstId }, block) => ({ firstId, position: { deltaId, key: object.key, part, block } })),
  );
  return blocks.findLast(({ firstId }) => compareIds(firstId, id) <= 0)?.position ?? null;
}

/** The chunk of the publishing execution that its delta was planned into. */
async function chunkOf(
  store: Store,
  { executionId, round }: Manifest,
  place: { readonly batchId: string; readonly part: number },
): Promise<ChunkPosition | null> {
  const items = await readChunkItems(store, executionId, round);
  const chunk = items
    .flatMap((item) => item.chunks)
    .find(({ deltas }) => deltas.some(({ batchId, part }) => batchId === place.batchId && part === place.part));
  return chunk === undefined ? null : { executionId, round, index: chunk.index };
}

/** Its row in a segment that the publishing version added. */
async function segmentOf(
  store: Store,
  manifest: Manifest,
  { id, sequence, line }: RecordVersion & { readonly id: string },
  options?: RequestOptions,
): Promise<SegmentPosition | null> {
  for (const segment of await addedSegments(store, manifest, options)) {
    const [entry] = await (await openSegmentIndex(store, segment, options)).lookup([idHash(id)]);
    if (entry?.sequence !== sequence || entry.line !== line) continue;
    return { segmentId: segment.segmentId, key: segment.object.key, row: entry.row };
  }
  return null;
}

async function addedSegments(
  store: Store,
  { predecessor, segments }: Manifest,
  options?: RequestOptions,
): Promise<LiveSegment[]> {
  const before = predecessor === null ? [] : (await readNamedFact<Manifest>(store, predecessor, options)).fact.segments;
  const known = new Set(before.map(({ segmentId }) => segmentId));
  return segments.filter(({ segmentId }) => !known.has(segmentId));
}
