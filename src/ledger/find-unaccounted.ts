import type { Digest } from '../domain/digest.ts';
import { idHash } from '../domain/digest.ts';
import type { RequestLine, ResidueFact } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { compareVersions, type RecordVersion } from '../domain/version.ts';
import { decodeContents } from '../format/contents.ts';
import { openSegmentIndex } from '../snapshot/open-segment.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamed, readNamedFact } from '../store/facts.ts';
import type { BatchState } from './batch-state.ts';
import type { CollectionAccount } from './read-ledger.ts';
import { submittedBatches, type SubmittedBatch } from './read-submissions.ts';

/** A record version that was handed in and is nowhere. */
export interface UnaccountedRecord extends RecordVersion {
  readonly id: string;
  readonly batchId: string;
}

/**
 * Names the record versions that were handed in and are neither in a segment (or hidden by a higher version there), nor pending, nor
 * residue. Costs a walk over every record ever handed in: only for a ledger that does not balance.
 */
export async function findUnaccounted(
  store: Store,
  account: CollectionAccount,
  options?: RequestOptions,
): Promise<{ readonly count: number; readonly examples: readonly UnaccountedRecord[] }> {
  const highest = await highestVersions(store, account, options);
  const states = new Map(account.open.map((state) => [state.entry.batchId, state]));
  const examples: UnaccountedRecord[] = [];
  let count = 0;
  for (const batch of submittedBatches(account.submissions)) {
    const state = states.get(batch.entry.batchId);
    if (state !== undefined && state.sealed === null) continue;
    const waiting = await waitingIds(store, state, options);
    const lost = await lostLines(store, batch, highest, waiting, options);
    count += lost.length;
    if (examples.length < limits.examplesMax) examples.push(...(await nameRecords(store, batch, lost, options)));
  }
  return { count, examples: examples.slice(0, limits.examplesMax) };
}

async function highestVersions(
  store: Store,
  { manifest }: CollectionAccount,
  options?: RequestOptions,
): Promise<Map<string, RecordVersion>> {
  const highest = new Map<string, RecordVersion>();
  for (const segment of manifest?.fact.segments ?? []) {
    const index = await openSegmentIndex(store, segment, options);
    for await (const { idHash: hash, sequence, line } of index.entries()) {
      const known = highest.get(mapKey(hash));
      const version = { sequence, line };
      if (known === undefined || compareVersions(version, known) > 0) highest.set(mapKey(hash), version);
    }
  }
  return highest;
}

/** Ids of a sealed batch that wait in an unpublished delta or in residue. A whole part is waiting or it is not: its ids count as found. */
async function waitingIds(
  store: Store,
  state: BatchState | undefined,
  options?: RequestOptions,
): Promise<{ readonly all: boolean; readonly ids: ReadonlySet<string> }> {
  if (state?.sealed === null || state?.sealed === undefined) return { all: false, ids: new Set() };
  const { residue } = state.sealed.fact;
  const rows = residue === null ? [] : (await readNamedFact<ResidueFact>(store, residue, options)).fact.rows;
  return { all: state.unpublished.length > 0, ids: new Set(rows.map(({ id }) => mapKey(idHash(id)))) };
}

async function lostLines(
  store: Store,
  { entry, submission }: SubmittedBatch,
  highest: ReadonlyMap<string, RecordVersion>,
  waiting: { readonly all: boolean; readonly ids: ReadonlySet<string> },
  options?: RequestOptions,
): Promise<number[]> {
  if (waiting.all) return [];
  const contents = decodeContents(entry.contents.key, await readNamed(store, entry.contents, options));
  return contents.flatMap(({ idHash: hash, line }) => {
    const found = highest.get(mapKey(hash));
    const { sequence } = submission.fact;
    const isHere = found !== undefined && compareVersions(found, { sequence, line }) >= 0;
    return isHere || waiting.ids.has(mapKey(hash)) ? [] : [line];
  });
}

async function nameRecords(
  store: Store,
  { entry, submission }: SubmittedBatch,
  lines: readonly number[],
  options?: RequestOptions,
): Promise<UnaccountedRecord[]> {
  if (lines.length === 0) return [];
  const lost = new Set(lines);
  const request = Buffer.from(await readNamed(store, entry.request, options)).toString();
  return request
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as RequestLine)
    .filter(({ line }) => lost.has(line))
    .map(({ id, line }) => ({ id, sequence: submission.fact.sequence, line, batchId: entry.batchId }));
}

function mapKey(hash: Digest): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');
}
