import type { Status } from '../../ledger/status.ts';
import { numberColumn, shownTerms } from './ledger-table.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatNumber } from './text.ts';

/** `status` for people: what is published, and where every record version is. */
export function renderStatus({ stage, collections }: Status, url: string, page: Page): string {
  const head = `store ${page.style('bold', url)}, stage ${page.style('bold', stage)}`;
  if (collections.length === 0) return `${head}\n\nno collections yet: alluvium submit FILE\n`;
  const details = page.width < roomyWidth ? [] : ['segments'];
  const terms = shownTerms(collections.map(({ ledger }) => ledger));
  const columns = [{ name: 'collection' }, ...['version', ...details, ...terms, 'open batches'].map(numberColumn)];
  const rows = collections.map(({ collection, snapshot, ledger, openBatches }) => [
    collection,
    snapshot === null ? '–' : String(snapshot.version),
    ...details.map(() => formatNumber(snapshot?.segments ?? 0)),
    ...terms.map((term) => formatNumber(ledger[term])),
    formatNumber(openBatches),
  ]);
  const next = collections.some(({ openBatches }) => openBatches > 0) ? '\nnext: alluvium ingest\n' : '';
  return `${head}\n\n${renderTable(columns, rows, page)}\n${next}`;
}
