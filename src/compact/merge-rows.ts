import { idHash, keyDigest } from '../domain/digest.ts';
import { compareIds } from '../domain/ids.ts';
import type { Row } from '../domain/row.ts';
import { Tallier, type Tally } from '../domain/tally.ts';
import type { Losses } from '../domain/facts.ts';
import { compareContenders, fateOfLoser } from '../domain/version.ts';

export interface MergedRows extends Losses {
  /** One row an id, sorted by id. */
  readonly rows: readonly Row[];
  readonly input: Tally;
}

/**
 * Merges the rows of deltas: the highest version of each id stays, and every other row is counted.
 *
 * Commutative, associative and idempotent: the order and grouping of the input changes nothing. The input is a concatenation of sorted
 * runs, which the engine's merge sort recognises.
 */
export function mergeRows(deltas: readonly (readonly Row[])[]): MergedRows {
  const sorted = deltas.flat().toSorted((a, b) => compareIds(a.id, b.id) || compareContenders(b, a));
  const tallies = { input: new Tallier(), superseded: new Tallier(), duplicate: new Tallier() };
  const rows: Row[] = [];
  let before: Row | undefined;
  for (const row of sorted) {
    const key = keyDigest(idHash(row.id), row.sequence, row.line);
    tallies.input.add(key, row.digest);
    // Compared with the row before it, not with the winner: of one version one row is superseded, and the others repeat it.
    if (before?.id === row.id) tallies[fateOfLoser(row, before)].add(key, row.digest);
    else rows.push(row);
    before = row;
  }
  return {
    rows,
    input: tallies.input.tally(),
    superseded: tallies.superseded.tally(),
    duplicates: tallies.duplicate.tally(),
  };
}
