import { type AlluviumError, invalid, notFound } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { BlockSeal, DeltaSeal, Manifest, SealedFact } from '../domain/facts.ts';
import { collectionKeys, keyStem } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { publishedIn } from '../ledger/published-in.ts';
import { type CollectionChoice, readCollections } from '../ledger/read-collections.ts';
import { readSubmissions, submittedBatches } from '../ledger/read-submissions.ts';
import { timestampFrom } from '../runtime/clock.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { readLatest } from '../snapshot/latest.ts';
import type { Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';

/** A delta in one line. */
export interface DeltaSummary {
  readonly collection: string;
  readonly deltaId: string;
  /** With `part` its place: what it keeps when it is rebuilt. */
  readonly batchId: string;
  readonly part: number;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  readonly blocks: number;
  readonly sealedAt: string;
  /** The execution that sealed it. */
  readonly executionId: string;
  /** Who wrote its seal: `alluvium`, the version of the code, and the process. */
  readonly writer: string;
  /** The version that took it in, having verified it; null where none did. */
  readonly publishedIn: number | null;
}

/** The `--json` contract of `deltas show`. */
export interface DeltaDetails extends DeltaSummary {
  readonly sha256: string;
  readonly setHash: string;
  readonly keyHash: string;
  /** The fact that seals it. */
  readonly sealedKey: string;
  readonly blockSeals: readonly BlockSeal[];
}

export interface DeltaListOptions extends CollectionChoice {
  /** Only those that no version has taken in: nobody has verified them since they were sealed. */
  readonly unverified?: boolean | undefined;
  /** Only those that were sealed before this date (UTC) or timestamp. */
  readonly writtenBefore?: string | undefined;
}

/**
 * Every sealed delta, in the order of hand-ins.
 *
 * @example
 * const { deltas } = await listDeltas(store, { unverified: true, writtenBefore: '2026-07-01' });
 */
export async function listDeltas(
  { store }: AlluviumStore,
  options: DeltaListOptions = {},
): Promise<{ readonly deltas: readonly DeltaSummary[] }> {
  const { unverified = false } = options;
  const before = options.writtenBefore === undefined ? null : parseTime(options.writtenBefore);
  const deltas: DeltaSummary[] = [];
  for (const { fact } of await readCollections(store, options)) {
    for (const delta of await readDeltas(store, fact.collection, options)) {
      const { sealedAt, publishedIn: version } = delta.summary;
      const isWanted = (!unverified || version === null) && (before === null || sealedAt < before);
      if (isWanted) deltas.push(delta.summary);
    }
  }
  return { deltas };
}

/**
 * One delta with its blocks.
 *
 * @param delta Its id, or its key.
 * @throws `NotFound` where no batch has sealed it.
 * @example
 * const { deltas } = await listDeltas(store, { collection: 'notes' });
 * for (const { deltaId } of deltas) console.log((await showDelta(store, deltaId)).blockSeals.length);
 */
export async function showDelta(
  { store }: AlluviumStore,
  delta: string,
  options: CollectionChoice = {},
): Promise<DeltaDetails> {
  const deltaId = keyStem(delta);
  const known: string[] = [];
  for (const { fact } of await readCollections(store, options)) {
    const deltas = await readDeltas(store, fact.collection, options);
    const found = deltas.find(({ summary }) => summary.deltaId === deltaId);
    if (found !== undefined) return detailsOf(found);
    known.push(...deltas.map(({ summary }) => summary.deltaId));
  }
  throw deltaAbsent(deltaId, known);
}

function parseTime(text: string): string {
  const time = timestampFrom(text);
  if (time !== null) return time;
  throw invalid('written-before', `a date is written as 2026-07-01 or 2026-07-01T12:00:00Z, not ${text}`);
}

interface SealedDelta {
  readonly summary: DeltaSummary;
  readonly seal: DeltaSeal;
  readonly sealedKey: string;
}

async function readDeltas(store: Store, collection: string, options: CollectionChoice): Promise<SealedDelta[]> {
  const newest = (await readLatest(store, collection, options))?.fact ?? null;
  const batches = submittedBatches(await readSubmissions(store, collection, options));
  const deltas = await mapParallel(batches, limits.storeConcurrency, async ({ entry }) => {
    const { sealed: key } = collectionKeys(collection).batch(entry.batchId);
    const sealed = await findFact<SealedFact>(store, key, options);
    return sealed === null ? [] : await readParts(store, collection, sealed, newest, options);
  });
  return deltas.flat();
}

async function readParts(
  store: Store,
  collection: string,
  sealed: Stored<SealedFact>,
  newest: Manifest | null,
  options: CollectionChoice,
): Promise<SealedDelta[]> {
  const { batchId, executionId, sealedAt } = sealed.fact;
  const deltas: SealedDelta[] = [];
  for (const seal of sealed.fact.deltas) {
    const { deltaId, part, object, tally, blocks } = seal;
    const summary: DeltaSummary = {
      collection,
      deltaId,
      batchId,
      part,
      key: object.key,
      bytes: object.bytes,
      rows: tally.rows,
      blocks: blocks.length,
      sealedAt,
      executionId,
      writer: sealed.fact.writer,
      publishedIn: await publishedIn(store, collection, { batchId, part }, newest, options),
    };
    deltas.push({ summary, seal, sealedKey: sealed.ref.key });
  }
  return deltas;
}

function detailsOf({ summary, seal, sealedKey }: SealedDelta): DeltaDetails {
  const { object, tally, blocks } = seal;
  const { setHash, keyHash } = tally;
  return { ...summary, sha256: object.sha256, setHash, keyHash, sealedKey, blockSeals: blocks };
}

function deltaAbsent(deltaId: string, known: readonly string[]): AlluviumError {
  const newest = known.at(-1);
  const hint =
    newest === undefined
      ? 'nothing is sealed yet: alluvium ingest'
      : `there are ${known.length} (alluvium deltas list), the newest is ${newest}`;
  return notFound('delta-absent', `there is no such delta: ${deltaId}`, { hint, details: { deltaId } });
}
