import { idHash, type Digest } from '../domain/digest.ts';
import type { ResidueFact } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { compareVersions, type RecordVersion } from '../domain/version.ts';
import { decodeContents } from '../format/contents.ts';
import type { SegmentIndex } from '../format/segment-index.ts';
import type { BatchState } from '../ledger/batch-state.ts';
import type { CollectionAccount } from '../ledger/read-ledger.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { openSegmentIndex } from '../snapshot/open-segment.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamed, readNamedFact } from '../store/facts.ts';
import { IdTable } from './id-table.ts';
import type { HandedRecord } from './normalize-record.ts';

/** The highest version of an id, wherever it is. */
interface Standing extends RecordVersion {
  readonly content: Digest;
  /** Whether an equal record may rest on it: it is published, or on its way. Residue, tombstones and cancelled records are not. */
  readonly counts: boolean;
}

/** Knows, for any id, its highest version: in the snapshot's indexes, or in batches that are not published. */
export class StandingRecords {
  readonly #indexes: readonly SegmentIndex[];
  readonly #ids = new IdTable();
  readonly #open: Standing[] = [];

  private constructor(indexes: readonly SegmentIndex[]) {
    this.#indexes = indexes;
  }

  static async read(store: Store, account: CollectionAccount, options?: RequestOptions): Promise<StandingRecords> {
    const segments = account.manifest?.fact.segments ?? [];
    const standing = new StandingRecords(
      await mapParallel(segments, limits.storeConcurrency, async (segment) =>
        openSegmentIndex(store, segment, options),
      ),
    );
    for (const state of account.open) await standing.#addBatch(store, state, options);
    return standing;
  }

  /** For each record, whether its id's highest version has equal content and counts. */
  async areUnchanged(records: readonly HandedRecord[]): Promise<boolean[]> {
    const order = [...records.keys()].toSorted((a, b) => compareHashes(records[a], records[b]));
    const sorted = order.flatMap((position) => records[position] ?? []);
    const best = sorted.map(({ idHash: hash }) => this.#open[this.#ids.find(hash)] ?? null);
    const hashes = sorted.map(({ idHash: hash }) => hash);
    for (const index of this.#indexes) {
      for (const [position, entry] of (await index.lookup(hashes)).entries()) {
        if (entry !== null) best[position] = higher(best[position], { ...entry, counts: !entry.tombstone });
      }
    }
    const unchanged = new Array<boolean>(records.length).fill(false);
    for (const [position, record] of sorted.entries()) {
      const standing = best[position];
      const at = order[position];
      if (standing === null || standing === undefined || at === undefined) continue;
      unchanged[at] = standing.counts && Buffer.compare(standing.content, record.content) === 0;
    }
    return unchanged;
  }

  async #addBatch(
    store: Store,
    { entry, submission, sealed, cancelled }: BatchState,
    options?: RequestOptions,
  ): Promise<void> {
    const isGivenUp = sealed === null && cancelled !== null;
    const residue = sealed?.fact.residue ?? null;
    const failed = new IdTable();
    if (residue !== null) {
      for (const { id } of (await readNamedFact<ResidueFact>(store, residue, options)).fact.rows)
        failed.add(idHash(id));
    }
    for (const { idHash: hash, content, line } of decodeContents(
      entry.contents.key,
      await readNamed(store, entry.contents, options),
    )) {
      const number = this.#ids.add(hash);
      const version = { sequence: submission.fact.sequence, line };
      const counts = !isGivenUp && failed.find(hash) === -1;
      this.#open[number] = higher(this.#open[number], { ...version, content, counts });
    }
  }
}

function higher(a: Standing | null | undefined, b: Standing): Standing {
  return a === null || a === undefined || compareVersions(a, b) < 0 ? b : a;
}

function compareHashes(a: HandedRecord | undefined, b: HandedRecord | undefined): number {
  return a === undefined || b === undefined ? 0 : Buffer.compare(a.idHash, b.idHash);
}
