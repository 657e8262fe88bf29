import type { AuditResult, CollectionAudit } from '../../ledger/audit.ts';
import { numberColumn, shownTerms } from './ledger-table.ts';
import type { Page } from './page.ts';
import { renderTable } from './table.ts';
import { formatCount, formatNumber, oneLine } from './text.ts';

/** `audit` for people: the account, and what is missing from it by name. */
export function renderAudit({ balanced, collections }: AuditResult, page: Page): string {
  if (collections.length === 0) return 'no collections yet: there is nothing to balance\n';
  const terms = shownTerms(collections);
  const columns = [{ name: 'collection' }, ...[...terms, 'unaccounted'].map(numberColumn)];
  const rows = collections.map((audit) => [
    audit.collection,
    ...terms.map((term) => formatNumber(audit[term])),
    formatNumber(audit.unaccounted),
  ]);
  const verdict = balanced
    ? `${page.style('green', 'balanced')}: every record version is in exactly one place`
    : `${page.style('red', 'not balanced')}: see \`alluvium verify\` for what is damaged`;
  const missing = collections.flatMap(missingLines);
  return [renderTable(columns, rows, page), '', ...missing, verdict, ''].join('\n');
}

function missingLines({ collection, missing, unaccounted }: CollectionAudit): readonly string[] {
  if (missing.length === 0) return [];
  const named = missing.map(
    ({ id, sequence, line, batchId }) => `  ${oneLine(id)}  (submission ${sequence}, line ${line}, batch ${batchId})`,
  );
  const more = Math.abs(unaccounted) - missing.length;
  const rest = more > 0 ? [`  and ${formatNumber(more)} more`] : [];
  return [`${formatCount(missing.length, 'record version')} of ${collection} that is nowhere:`, ...named, ...rest, ''];
}
