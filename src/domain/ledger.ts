import { addKeyTallies, emptyKeyTally, sameKeyTally, subtractKeyTally, type KeyTally } from './tally.ts';

/** Where a record version can be: exactly one of these, the first that holds. */
export const ledgerTerms = [
  'published',
  'superseded',
  'deleted',
  'withdrawn',
  'pending',
  'quarantined',
  'residue',
  'discarded',
] as const;

export type LedgerTerm = (typeof ledgerTerms)[number];

/** The account of every record version of a collection. */
export type Ledger = Readonly<Record<LedgerTerm | 'submitted', KeyTally>>;

/** A ledger as `--json` prints it. */
export type LedgerRows = Readonly<Record<LedgerTerm | 'submitted', number>>;

export const emptyLedger: Ledger = {
  submitted: emptyKeyTally,
  published: emptyKeyTally,
  superseded: emptyKeyTally,
  deleted: emptyKeyTally,
  withdrawn: emptyKeyTally,
  pending: emptyKeyTally,
  quarantined: emptyKeyTally,
  residue: emptyKeyTally,
  discarded: emptyKeyTally,
};

/** What was submitted and is nowhere. Balanced when it is nothing, in rows and in key hash. */
export function unaccounted(ledger: Ledger): KeyTally {
  return subtractKeyTally(ledger.submitted, addKeyTallies(...ledgerTerms.map((term) => ledger[term])));
}

export function isBalanced(ledger: Ledger): boolean {
  return sameKeyTally(unaccounted(ledger), emptyKeyTally);
}

export function ledgerRows(ledger: Ledger): LedgerRows {
  return mapLedger((term) => ledger[term].rows);
}

function mapLedger<Value>(value: (term: LedgerTerm | 'submitted') => Value): Record<LedgerTerm | 'submitted', Value> {
  const entries = (['submitted', ...ledgerTerms] as const).map((term) => [term, value(term)] as const);
  return Object.fromEntries(entries) as Record<LedgerTerm | 'submitted', Value>;
}
