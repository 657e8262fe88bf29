import { digestBytes, isWellFormed } from '../domain/digest.ts';
import type { Row } from '../domain/row.ts';

const lineMax = 2 ** 31 - 1;

/** What is wrong with a row on its own, or null. The same rules before it is written and after it is read. */
export function rowProblem(row: Row, dimension: number): string | null {
  if (!Number.isSafeInteger(row.sequence) || row.sequence < 0) return `sequence ${row.sequence}`;
  if (!Number.isInteger(row.line) || row.line < 1 || row.line > lineMax) return `line ${row.line}`;
  if (row.content.length !== digestBytes || row.digest.length !== digestBytes) return 'a digest of another length';
  return (row.tombstone ? tombstoneProblem(row) : vectorProblem(row, dimension)) ?? textProblem(row);
}

function tombstoneProblem(row: Row): string | null {
  const isEmpty = row.vector === null && row.document === null && row.metadata === null;
  return isEmpty ? null : 'a tombstone with data';
}

function vectorProblem(row: Row, dimension: number): string | null {
  if (row.vector === null) return 'no vector and no tombstone';
  return row.vector.length === dimension ? null : `a vector of ${row.vector.length} components instead of ${dimension}`;
}

function textProblem(row: Row): string | null {
  for (const text of [row.id, row.document, row.metadata]) {
    if (text !== null && !isWellFormed(text)) return 'text with a lone surrogate';
  }
  return null;
}
