import { idHash, keyDigest, sha256Hex } from '../domain/digest.ts';
import { internal, toAlluviumError, unavailable } from '../domain/errors.ts';
import type { BlockSeal, DeltaPlace, IndexRef, SegmentEntry, SegmentReceipt } from '../domain/facts.ts';
import { refOf, type Stored } from '../domain/fact.ts';
import { type Log, silent } from '../domain/log.ts';
import { collectionKeys, formatSequence, keyStem } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import type { IndexEntry, Row } from '../domain/row.ts';
import { addTallies, sameTally, Tallier, type Tally } from '../domain/tally.ts';
import { encodeIndex, openIndex } from '../format/segment-index.ts';
import { newToken } from '../runtime/random.ts';
import { sealMessages } from '../seal/messages.ts';
import { sealObject } from '../seal/seal-object.ts';
import { sealRows } from '../seal/seal-rows.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact } from '../store/facts.ts';
import { measure } from '../store/read-windows.ts';
import { mergeRows, type MergedRows } from './merge-rows.ts';
import type { VerifiedDelta } from './verify-delta.ts';

/** Where and on which version a chunk is compacted. */
export interface ChunkTarget {
  readonly store: Store;
  readonly collection: string;
  readonly dimension: number;
  readonly base: { readonly version: number; readonly fence: number };
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/** What an earlier run, of this execution or of one that died, already made of these very deltas. */
export async function findReceipt(
  target: ChunkTarget,
  deltas: readonly DeltaPlace[],
): Promise<Stored<SegmentReceipt> | null> {
  return (await standingReceipt(target, deltas)).receipt;
}

/**
 * The receipt that stands for these deltas, or null and the key where one may be put. One that is damaged, or that names a segment which
 * is not there as sealed, counts as absent: the deltas are there to be compacted again, and the next number is free.
 */
async function standingReceipt(
  { store, collection, base, signal }: ChunkTarget,
  deltas: readonly DeltaPlace[],
): Promise<{ readonly receipt: Stored<SegmentReceipt> | null; readonly key: string }> {
  for (let number = 0; number < limits.receiptsPerChunkMax; number++) {
    const key = receiptKey(collection, base.fence, deltas, number);
    try {
      const receipt = await findFact<SegmentReceipt>(store, key, { signal });
      if (receipt === null || (await isIntact(store, receipt.fact.segment, signal))) return { receipt, key };
    } catch (thrown) {
      if (toAlluviumError(thrown).kind !== 'Corrupt') throw thrown;
    }
  }
  throw unavailable(
    'receipts-damaged',
    `${limits.receiptsPerChunkMax} receipts of one chunk are damaged: ${collection}`,
  );
}

/** Whether segment and index are what the receipt says. Whoever adopts them has not seen them being sealed. */
async function isIntact(store: Store, { object, index }: SegmentEntry, signal?: AbortSignal): Promise<boolean> {
  for (const { key, sha256 } of [object, index]) {
    if ((await measure(store, key, { signal })).sha256 !== sha256) return false;
  }
  return true;
}

/** Merges verified deltas into one sealed segment, and says so in a receipt. Who loses the receipt adopts the winner's segment. */
export async function compactChunk(
  target: ChunkTarget,
  deltas: readonly VerifiedDelta[],
): Promise<Stored<SegmentReceipt>> {
  const places = deltas.map(({ place }) => place);
  const { receipt, key } = await standingReceipt(target, places);
  if (receipt !== null) return receipt;
  const { store, signal } = target;
  const merged = mergeRows(deltas.map(({ rows }) => rows));
  const segment = await sealSegment(target, merged.rows);
  assertConserved(merged, deltas, segment);
  const { stored, created } = await createFact<SegmentReceipt>(
    store,
    key,
    {
      segment,
      inputs: places,
      inputTally: merged.input,
      superseded: merged.superseded,
      duplicates: merged.duplicates,
    },
    { signal },
  );
  // Nothing will ever name the segment of who came second.
  if (!created) await store.deleteMany([segment.object.key, segment.index.key], { signal });
  return stored;
}

/** In rows, set hash and key hash: what the seals promised is what was merged, and every row of it is in the segment or counted. */
function assertConserved(merged: MergedRows, deltas: readonly VerifiedDelta[], segment: SegmentEntry): void {
  const promised = addTallies(...deltas.map(({ seal }) => seal.tally));
  const kept = addTallies(segment.tally, merged.superseded, merged.duplicates);
  if (!sameTally(promised, merged.input) || !sameTally(merged.input, kept)) {
    throw internal('chunk-imbalance', 'a chunk does not hold the rows that its deltas were sealed with', {
      details: { promised: promised.rows, merged: merged.input.rows, kept: kept.rows },
    });
  }
}

async function sealSegment(
  { store, collection, dimension, base, signal, log = silent }: ChunkTarget,
  rows: readonly Row[],
): Promise<SegmentEntry> {
  const keys = collectionKeys(collection);
  const { object, tally, blocks } = await sealRows(store, {
    newKey: () => keys.segment(`${formatSequence(base.version)}-${newToken()}`),
    rows: () => rows,
    dimension,
    signal,
    log,
  });
  log('info', 'seal', sealMessages.segmentSealed, { deltaKey: object.key });
  const segmentId = keyStem(object.key);
  const entries = rows.map(indexEntry);
  let attempt = 0;
  const index = await sealObject(store, {
    // A key that failed is not used again, so that only a segment's first index bears its name.
    newKey: () => keys.index(attempt++ === 0 ? segmentId : `${segmentId}-${attempt}`),
    encode: () => checkedIndex(keys.index(segmentId), entries, blocks, tally),
    signal,
  });
  return { segmentId, object, index: { ...index.object, tables: index.summary }, tally };
}

/** An index is read back from its encoded bytes and must know every row of the segment. */
function checkedIndex(key: string, entries: readonly IndexEntry[], blocks: readonly BlockSeal[], expected: Tally) {
  const { bytes, tables } = encodeIndex(entries, blocks);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    const decoded = await tallyIndex({ ...refOf(key, bytes), tables }, bytes).catch((cause: unknown) => {
      throw indexDiffers(key, cause);
    });
    if (!sameTally(decoded, expected)) throw indexDiffers(key);
    yield bytes;
  };
  return { body: body(), summary: () => tables };
}

async function tallyIndex(ref: IndexRef, bytes: Uint8Array): Promise<Tally> {
  const index = await openIndex(ref, async (offset, length) => bytes.subarray(offset, offset + length));
  const tallier = new Tallier();
  for await (const entry of index.entries()) {
    tallier.add(keyDigest(entry.idHash, entry.sequence, entry.line), entry.digest);
  }
  return tallier.tally();
}

function indexDiffers(key: string, cause?: unknown) {
  return internal('index-imbalance', `the index of a segment holds other rows than the segment: ${key}`, { cause });
}

function indexEntry(row: Row, position: number): IndexEntry {
  const { sequence, line, tombstone, content, digest } = row;
  return { idHash: idHash(row.id), row: position, sequence, line, tombstone, content, digest };
}

function receiptKey(collection: string, fence: number, deltas: readonly DeltaPlace[], number: number): string {
  // By place too: two batches may hold the very same rows, and each is to be published.
  const seals = deltas.map(({ batchId, part, delta }) => `${batchId}/${part} ${delta.sha256}`).toSorted();
  return collectionKeys(collection).receipt(sha256Hex(JSON.stringify({ fence, seals, number })));
}
