import type { CollectionOutcome, ExecutionSettings } from '../../domain/facts.ts';
import type { IngestResult } from '../../engine/ingest.ts';
import { numberColumn } from './ledger-table.ts';
import { outcomeStyles } from './outcome.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatCount, formatDuration, formatNumber, oneLine } from './text.ts';

const countNames = ['published', 'superseded', 'pending', 'quarantined', 'residue'] as const;
/** Shown only where there are some; on a roomy page, only the first is left out. */
const rareNames: readonly string[] = ['quarantined', 'residue'];

/** `ingest` for people: how it ended, what each collection holds now, and what to do next. */
export function renderIngest(result: IngestResult, settings: ExecutionSettings, page: Page): string {
  const { executionId, outcome, stopped, durationMs, collections, error } = result;
  const ended = stopped ? `${outcome}, stopped at the time limit` : outcome;
  const lines = [
    `${page.style(['bold', outcomeStyles[outcome]], ended)} in ${formatDuration(durationMs)}, execution ${executionId}`,
    workLine(result, settings),
    '',
  ];
  if (error !== null) lines.push(`  ${error.kind}: ${oneLine(error.message)}`, '');
  if (collections.length > 0) lines.push(renderCollections(collections, page), '', ...reasonLines(collections));
  return [...lines, `next: ${nextStep(result)}`, ''].join('\n');
}

function workLine({ collections, error }: IngestResult, settings: ExecutionSettings): string {
  const sum = (count: (outcome: CollectionOutcome) => number) =>
    collections.reduce((total, outcome) => total + count(outcome), 0);
  const batches = sum((outcome) => outcome.batches);
  if (batches === 0) return error === null ? 'nothing was pending' : 'nothing could be listed';
  const chunks = formatCount(
    sum(({ chunks: count }) => count),
    'chunk',
  );
  return `${formatCount(batches, 'batch')} · ${chunks} of ${settings.deltasPerChunk} · concurrency ${settings.concurrency}`;
}

function renderCollections(collections: readonly CollectionOutcome[], page: Page): string {
  const omitted = page.width < roomyWidth ? rareNames : rareNames.slice(0, 1);
  const shown = countNames.filter(
    (name) => !omitted.includes(name) || collections.some((collection) => collection[name] > 0),
  );
  const columns = [{ name: 'collection' }, { name: 'outcome' }, ...['version', ...shown].map(numberColumn)];
  const rows = collections.map((collection) => [
    collection.collection,
    page.style(outcomeStyles[collection.outcome], collection.outcome),
    collection.version === null ? '–' : String(collection.version),
    ...shown.map((name) => formatNumber(collection[name])),
  ]);
  return renderTable(columns, rows, page);
}

function reasonLines(collections: readonly CollectionOutcome[]): readonly string[] {
  const lines = collections.flatMap(({ collection, reasons }) =>
    reasons.map((reason) => `  ${collection}: ${oneLine(reason)}`),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

function nextStep({ outcome, stopped, collections }: IngestResult): string {
  if (outcome === 'Failed' || outcome === 'Inconclusive') return 'alluvium verify, then alluvium ingest again';
  if (outcome === 'CompleteWithQuarantine') return 'alluvium audit';
  if (stopped) return 'alluvium ingest: it goes on from here';
  const searchable = collections.find(({ version }) => version !== null)?.collection;
  if (searchable === undefined) return 'alluvium submit FILE';
  return `alluvium query "…"${searchable === 'default' ? '' : ` -c ${searchable}`}, or alluvium audit`;
}
