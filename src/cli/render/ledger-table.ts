import { ledgerTerms, type LedgerTerm } from '../../domain/ledger.ts';
import type { Column } from './table.ts';

type Term = LedgerTerm | 'submitted';

/** Shown even where they are all nothing. */
const everydayTerms: ReadonlySet<Term> = new Set<Term>(['submitted', 'published', 'superseded', 'pending']);

/** The terms of the ledger that have a column: the everyday ones, and whatever else is not nothing. */
export function shownTerms(ledgers: readonly Readonly<Record<Term, number>>[]): readonly Term[] {
  return (['submitted', ...ledgerTerms] as const).filter(
    (term) => everydayTerms.has(term) || ledgers.some((ledger) => ledger[term] !== 0),
  );
}

export function numberColumn(name: string): Column {
  return { name, align: 'right' };
}
