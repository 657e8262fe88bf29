import { type LedgerRows, ledgerRows } from '../domain/ledger.ts';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import type { RequestOptions } from '../store/contract.ts';
import { pendingOf } from './batch-state.ts';
import { collectionNames } from './read-collections.ts';
import { readLedger } from './read-ledger.ts';

/** The `--json` contract of `status`. Ledger terms are record versions. */
export interface Status {
  readonly stage: string;
  readonly collections: readonly CollectionStatus[];
}

export interface CollectionStatus {
  readonly collection: string;
  /** Null before the first publish. */
  readonly snapshot: {
    readonly version: number;
    readonly rows: number;
    readonly segments: number;
    readonly setHash: string;
  } | null;
  readonly ledger: LedgerRows;
  /** Batches with rows that are pending. */
  readonly openBatches: number;
}

/**
 * What every collection holds and what is on its way.
 *
 * @example
 * const { collections } = await readStatus(await openStore('./.alluvium'));
 */
export async function readStatus(store: AlluviumStore, options?: RequestOptions): Promise<Status> {
  const names = await collectionNames(store.store, options);
  const collections = await mapParallel(names, limits.storeConcurrency, async (collection) =>
    readCollectionStatus(store, collection, options),
  );
  return { stage: store.stage, collections };
}

async function readCollectionStatus(
  { store }: AlluviumStore,
  collection: string,
  options?: RequestOptions,
): Promise<CollectionStatus> {
  const { manifest, ledger, open } = await readLedger(store, collection, options);
  const damaged = open.find(({ damage }) => damage !== null)?.damage;
  if (damaged !== undefined && damaged !== null) throw damaged;
  const snapshot =
    manifest === null
      ? null
      : {
          version: manifest.fact.version,
          rows: manifest.fact.live.rows,
          segments: manifest.fact.segments.length,
          setHash: manifest.fact.live.setHash,
        };
  return {
    collection,
    snapshot,
    ledger: ledgerRows(ledger),
    openBatches: open.filter((state) => pendingOf(state).rows > 0).length,
  };
}
