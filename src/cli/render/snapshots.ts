import type { SnapshotDiff } from '../../catalog/diff-snapshots.ts';
import type { SnapshotDetails, SnapshotSummary } from '../../catalog/snapshots.ts';
import { renderFields } from './fields.ts';
import { numberColumn } from './ledger-table.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatBytes, formatCount, formatNumber, formatTime, oneLine } from './text.ts';

/** `snapshots list` for people: one line a version. */
export function renderSnapshots(snapshots: readonly SnapshotSummary[], page: Page): string {
  if (snapshots.length === 0) return 'nothing is published yet: alluvium ingest\n';
  const isRoomy = page.width >= roomyWidth;
  const columns = [
    { name: 'collection' },
    numberColumn('version'),
    { name: 'published (UTC)' },
    ...['rows', ...(isRoomy ? ['segments', 'deltas added'] : []), 'published', 'superseded'].map(numberColumn),
  ];
  const rows = snapshots.map((snapshot) => [
    snapshot.collection,
    String(snapshot.version),
    formatTime(snapshot.publishedAt),
    formatNumber(snapshot.rows),
    ...(isRoomy ? [snapshot.segments, snapshot.added].map(formatNumber) : []),
    formatNumber(snapshot.published),
    formatNumber(snapshot.superseded),
  ]);
  return `${renderTable(columns, rows, page)}\n`;
}

/** `snapshots show` for people: what a version holds, segment by segment. */
export function renderSnapshot(snapshot: SnapshotDetails, page: Page): string {
  const { collection, version, rows: live, bytes, added } = snapshot;
  const fields = renderFields(
    [
      ['published', `${formatTime(snapshot.publishedAt)}, by execution ${snapshot.executionId}`],
      ['holds', `${formatCount(live, 'row')} in ${formatBytes(bytes)}`],
      ['took in', `${formatCount(added, 'delta')}: ${changesOf(snapshot)}`],
      ['set hash', snapshot.setHash],
      ['key hash', snapshot.keyHash],
      ['checks', snapshot.checks.join(', ')],
    ],
    page,
  );
  const columns = [{ name: 'segment' }, ...['rows', 'live', 'bytes'].map(numberColumn)];
  const segments = snapshot.segmentList.map((segment) => [
    segment.segmentId,
    formatNumber(segment.rows),
    formatNumber(segment.live),
    formatBytes(segment.bytes),
  ]);
  const head = `version ${page.style('bold', String(version))} of ${collection}`;
  return `${head}\n\n${fields}\n${renderTable(columns, segments, page)}\n`;
}

function changesOf({ published, superseded }: SnapshotDetails): string {
  return `${formatNumber(published)} published, ${formatNumber(superseded)} superseded`;
}

const signs = { added: '+', removed: '-', changed: '~' } as const;
const signStyles = { added: 'green', removed: 'red', changed: 'yellow' } as const;

/** `snapshots diff` for people: the counts, then ids with a sign each. */
export function renderDiff(diff: SnapshotDiff, page: Page): string {
  const { collection, from, to, renewed, examples } = diff;
  const changes = ['added', 'removed', 'changed'] as const;
  const counts = [
    ...changes.map((change) => `${formatNumber(diff[change])} ${change}`),
    ...(renewed > 0 ? [`${formatNumber(renewed)} renewed`] : []),
  ];
  const ids = changes.flatMap((change) => {
    const more = diff[change] - examples[change].length;
    const lines = examples[change].map((id) => `  ${page.style(signStyles[change], signs[change])} ${oneLine(id)}`);
    return more > 0 ? [...lines, `    and ${formatNumber(more)} more ${change}`] : lines;
  });
  const head = `${collection}, from version ${from} to ${to}: ${counts.join(', ')}`;
  return `${[head, ...(ids.length > 0 ? ['', ...ids] : [])].join('\n')}\n`;
}
