import { isBalanced, type LedgerRows, ledgerRows, unaccounted } from '../domain/ledger.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { limits } from '../domain/limits.ts';
import type { RequestOptions } from '../store/contract.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { findUnaccounted, type UnaccountedRecord } from './find-unaccounted.ts';
import { collectionNames } from './read-collections.ts';
import { readLedger } from './read-ledger.ts';

/** The `--json` contract of `audit`. Ledger terms are record versions. */
export interface AuditResult {
  readonly balanced: boolean;
  readonly collections: readonly CollectionAudit[];
}

export interface CollectionAudit extends LedgerRows {
  readonly collection: string;
  /** Handed in, and in no term of the ledger. Negative where the terms hold more than was handed in. */
  readonly unaccounted: number;
  /** The first of them by name. */
  readonly missing: readonly UnaccountedRecord[];
  readonly balanced: boolean;
}

/**
 * Balances the ledger of every collection in rows and key hash; compares ids only where it does not balance, and then names them.
 *
 * @example
 * const { balanced } = await audit(await openStore('./.alluvium'));
 */
export async function audit(store: AlluviumStore, options?: RequestOptions): Promise<AuditResult> {
  const names = await collectionNames(store.store, options);
  const collections = await mapParallel(names, limits.storeConcurrency, async (collection) =>
    auditCollection(store, collection, options),
  );
  return { balanced: collections.every(({ balanced }) => balanced), collections };
}

async function auditCollection(
  { store }: AlluviumStore,
  collection: string,
  options?: RequestOptions,
): Promise<CollectionAudit> {
  const account = await readLedger(store, collection, options);
  const damaged = account.open.find(({ damage }) => damage !== null)?.damage;
  if (damaged !== undefined && damaged !== null) throw damaged;
  const balanced = isBalanced(account.ledger);
  const found = balanced ? { count: 0, examples: [] } : await findUnaccounted(store, account, options);
  const difference = unaccounted(account.ledger).rows;
  return {
    collection,
    ...ledgerRows(account.ledger),
    unaccounted: difference === 0 ? found.count : difference,
    missing: found.examples,
    balanced,
  };
}
