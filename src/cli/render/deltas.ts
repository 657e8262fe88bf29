import type { DeltaDetails, DeltaSummary } from '../../catalog/deltas.ts';
import { renderFields } from './fields.ts';
import { numberColumn } from './ledger-table.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatBytes, formatCount, formatNumber, formatTime, oneLine } from './text.ts';

/** `deltas list` for people: one line a delta, and their sum. */
export function renderDeltas(deltas: readonly DeltaSummary[], page: Page): string {
  if (deltas.length === 0) return 'no such deltas\n';
  const isRoomy = page.width >= roomyWidth;
  const columns = [
    { name: 'collection' },
    { name: 'delta' },
    ...(isRoomy ? [{ name: 'batch' }, numberColumn('part')] : []),
    ...['rows', 'bytes'].map(numberColumn),
    ...(isRoomy ? [{ name: 'sealed (UTC)' }] : []),
    numberColumn('version'),
  ];
  const rows = deltas.map((delta) => [
    delta.collection,
    delta.deltaId,
    ...(isRoomy ? [delta.batchId, String(delta.part)] : []),
    formatNumber(delta.rows),
    formatBytes(delta.bytes),
    ...(isRoomy ? [formatTime(delta.sealedAt)] : []),
    versionOf(delta),
  ]);
  const total = deltas.reduce((sum, { rows: count, bytes }) => ({ rows: sum.rows + count, bytes: sum.bytes + bytes }), {
    rows: 0,
    bytes: 0,
  });
  const sum = `${formatCount(deltas.length, 'delta')}, ${formatCount(total.rows, 'row')}, ${formatBytes(total.bytes)}`;
  return `${renderTable(columns, rows, page)}\n\n${sum}\n`;
}

/** `deltas show` for people: the seal, and where each block lies. */
export function renderDelta(delta: DeltaDetails, page: Page): string {
  const fields = renderFields(
    [
      ['key', delta.key],
      ['place', `part ${delta.part} of batch ${delta.batchId}`],
      ['holds', `${formatCount(delta.rows, 'row')} in ${formatBytes(delta.bytes)}`],
      ['sealed', `${formatTime(delta.sealedAt)}, by execution ${delta.executionId}`],
      ['writer', oneLine(delta.writer)],
      ['published in', delta.publishedIn === null ? 'no version yet' : `version ${delta.publishedIn}`],
      ['sha-256', delta.sha256],
      ['set hash', delta.setHash],
      ['key hash', delta.keyHash],
    ],
    page,
  );
  const columns = [...['block', 'offset', 'bytes', 'rows'].map(numberColumn), { name: 'first id', widthMax: 40 }];
  const rows = delta.blockSeals.map(({ offset, length, rows: count, firstId }, block) => [
    String(block),
    formatNumber(offset),
    formatNumber(length),
    formatNumber(count),
    oneLine(firstId),
  ]);
  const head = `delta ${page.style('bold', delta.deltaId)} of ${delta.collection}`;
  return `${head}\n\n${fields}\n${renderTable(columns, rows, page)}\n`;
}

function versionOf({ publishedIn }: DeltaSummary): string {
  return publishedIn === null ? '–' : String(publishedIn);
}
