import type { BatchStateName } from '../../catalog/batch-states.ts';
import type { BatchDetails, BatchSummary } from '../../catalog/batches.ts';
import type { CancelResult } from '../../poll/cancel-batch.ts';
import { renderFields } from './fields.ts';
import { numberColumn } from './ledger-table.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatBytes, formatCount, formatNumber, formatTime, oneLine } from './text.ts';

const stateStyles: Readonly<Record<BatchStateName, 'green' | 'yellow' | 'red' | 'dim'>> = {
  pending: 'yellow',
  sealed: 'yellow',
  published: 'green',
  residue: 'yellow',
  cancelled: 'dim',
  damaged: 'red',
};

/** Shown only where there are some, and room. */
const rareNames = ['residue', 'discarded'] as const;

/** `batches list` for people: one line a batch, and how many there are of each state. */
export function renderBatches(batches: readonly BatchSummary[], page: Page): string {
  if (batches.length === 0) return 'no such batches: alluvium submit FILE\n';
  const isRoomy = page.width >= roomyWidth;
  const rare = rareNames.filter((name) => batches.some((batch) => batch[name] > 0));
  const counts = isRoomy ? (['rows', 'published', 'pending', ...rare] as const) : (['rows'] as const);
  const columns = [
    { name: 'collection' },
    { name: 'batch' },
    { name: 'state' },
    ...(isRoomy ? [{ name: 'provider' }] : []),
    ...counts.map(numberColumn),
    ...(isRoomy ? [{ name: 'sealed (UTC)' }] : []),
  ];
  const rows = batches.map((batch) => [
    batch.collection,
    batch.batchId,
    page.style(stateStyles[batch.state], batch.state),
    ...(isRoomy ? [oneLine(batch.provider)] : []),
    ...counts.map((name) => formatNumber(batch[name])),
    ...(isRoomy ? [batch.sealedAt === null ? '–' : formatTime(batch.sealedAt)] : []),
  ]);
  return `${renderTable(columns, rows, page)}\n\n${formatCount(batches.length, 'batch')}: ${statesOf(batches)}\n`;
}

/** `464 published, 2 pending` */
function statesOf(batches: readonly BatchSummary[]): string {
  const byState = Map.groupBy(batches, ({ state }) => state);
  return [...byState].map(([state, members]) => `${formatNumber(members.length)} ${state}`).join(', ');
}

/** `batches show` for people. */
export function renderBatch(batch: BatchDetails, page: Page): string {
  const { batchId, collection, state, provider, sequence, submittedAt, sealedAt, cancelledAt } = batch;
  const head = `batch ${page.style('bold', batchId)} of ${collection}: ${page.style(stateStyles[state], state)}`;
  const fields = renderFields(
    [
      ['handed in', `submission ${sequence}, ${formatTime(submittedAt)}`],
      ['provider', oneLine(provider)],
      ['records', recordsOf(batch)],
      ['sealed', sealedAt === null ? null : `${formatTime(sealedAt)}, by execution ${batch.executionId}`],
      ['cancelled', cancelledAt === null ? null : formatTime(cancelledAt)],
      ['request', batch.requestKey],
      ['damage', batch.damage === null ? null : oneLine(batch.damage.message)],
    ],
    page,
  );
  return [`${head}\n\n${fields}`, ...partsOf(batch, page), ...residueOf(batch)].join('\n');
}

function recordsOf({ rows, published, pending, residue, discarded }: BatchDetails): string {
  const places = Object.entries({ published, pending, residue, discarded })
    .filter(([, count]) => count > 0)
    .map(([place, count]) => `${formatNumber(count)} ${place}`);
  return `${formatNumber(rows)}: ${places.join(', ')}`;
}

function partsOf({ parts }: BatchDetails, page: Page): string[] {
  if (parts.length === 0) return [];
  const columns = [
    numberColumn('part'),
    { name: 'delta' },
    ...['rows', 'bytes'].map(numberColumn),
    { name: 'published in' },
  ];
  const rows = parts.map(({ part, deltaId, rows: count, bytes, publishedIn }) => [
    String(part),
    deltaId,
    formatNumber(count),
    formatBytes(bytes),
    publishedIn === null ? 'no version yet' : `version ${publishedIn}`,
  ]);
  return [`${renderTable(columns, rows, page)}\n`];
}

function residueOf({ residueByCode, residueRows, strays }: BatchDetails): string[] {
  const lines = Object.entries(residueByCode).map(([code, count]) => `  ${formatNumber(count)} × ${code}\n`);
  const examples = residueRows.map(
    ({ id, line, message }) => `    line ${line}, ${oneLine(id)}: ${oneLine(message)}\n`,
  );
  const more = Object.values(residueByCode).reduce((sum, count) => sum + count, 0) - residueRows.length;
  const rest = more > 0 ? [`    and ${formatNumber(more)} more\n`] : [];
  const odd = strays.length > 0 ? [`  answers that belong to no record: ${formatNumber(strays.length)}\n`] : [];
  const all = [...lines, ...examples, ...rest, ...odd];
  return all.length === 0 ? [] : [`records without a usable vector:\n${all.join('')}`];
}

/** `batches cancel` for people: what becomes of its records. */
export function renderCancel(result: CancelResult, page: Page): string {
  const { batchId, collection, discarded, pending, providerError } = result;
  const lines = [`${page.style('yellow', 'cancelled')} batch ${batchId} of ${collection}`];
  if (discarded > 0) lines.push(`  ${formatCount(discarded, 'record')} discarded`);
  if (pending > 0) lines.push(`  ${formatCount(pending, 'record')} still pending: what has come back is published`);
  if (providerError !== null) lines.push(`  the provider could not be asked: ${oneLine(providerError.message)}`);
  if (pending > 0) lines.push('next: alluvium ingest');
  return `${lines.join('\n')}\n`;
}
