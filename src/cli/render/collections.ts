import type { CollectionDetails, CollectionSummary } from '../../catalog/collections.ts';
import { type Field, renderFields } from './fields.ts';
import { numberColumn, shownTerms } from './ledger-table.ts';
import type { Page } from './page.ts';
import { renderTable } from './table.ts';
import { formatBytes, formatCount, formatNumber, formatTime, oneLine } from './text.ts';

/** `collections list` for people. */
export function renderCollections(collections: readonly CollectionSummary[], page: Page): string {
  if (collections.length === 0) return 'no collections yet: alluvium submit FILE\n';
  const columns = [
    { name: 'collection' },
    { name: 'provider' },
    { name: 'model' },
    numberColumn('dimension'),
    { name: 'metric' },
    ...['version', 'rows'].map(numberColumn),
  ];
  const rows = collections.map(({ collection, provider, model, dimension, metric, version, rows: live }) => [
    collection,
    oneLine(provider),
    oneLine(model),
    formatNumber(dimension),
    metric,
    version === null ? '–' : String(version),
    formatNumber(live),
  ]);
  return `${renderTable(columns, rows, page)}\n`;
}

/** `collections show` for people. */
export function renderCollection(details: CollectionDetails, page: Page): string {
  const { collection, ledger } = details;
  const terms = shownTerms([ledger]);
  const account = renderTable(terms.map(numberColumn), [terms.map((term) => formatNumber(ledger[term]))], page);
  const fields = renderFields(
    [
      ['created', formatTime(details.createdAt)],
      ['provider', oneLine(details.provider)],
      ['model', oneLine(details.model)],
      ['dimension', formatNumber(details.dimension)],
      ['metric', details.metric],
      snapshotField(details),
      ['batches', batchesOf(details)],
    ],
    page,
  );
  const head = `collection ${page.style('bold', collection)}`;
  return `${head}\n\n${fields}\n${account}\n\n${renderSubmissions(details, page)}`;
}

function snapshotField({ snapshot }: CollectionDetails): Field {
  if (snapshot === null) return ['version', 'nothing is published yet'];
  const { version, publishedAt, rows, segments, bytes } = snapshot;
  const holds = `${formatCount(rows, 'row')} in ${formatCount(segments, 'segment')}, ${formatBytes(bytes)}`;
  return ['version', `${version} of ${formatTime(publishedAt)}: ${holds}`];
}

function batchesOf({ batches, batchesByState }: CollectionDetails): string {
  const states = Object.entries(batchesByState).filter(([, count]) => count > 0);
  return `${formatNumber(batches)}: ${states.map(([state, count]) => `${formatNumber(count)} ${state}`).join(', ')}`;
}

function renderSubmissions({ submissions, latestSubmissions }: CollectionDetails, page: Page): string {
  const columns = [
    numberColumn('submission'),
    { name: 'at (UTC)' },
    ...['records', 'skipped', 'batches'].map(numberColumn),
  ];
  const rows = latestSubmissions.map(({ sequence, submittedAt, records, skipped, batches }) => [
    String(sequence),
    formatTime(submittedAt),
    ...[records, skipped, batches].map(formatNumber),
  ]);
  const more = submissions - latestSubmissions.length;
  const rest = more > 0 ? `  and ${formatNumber(more)} before\n` : '';
  return rows.length === 0 ? 'nothing was handed in yet\n' : `${renderTable(columns, rows, page)}\n${rest}`;
}
