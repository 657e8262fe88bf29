import type { RecordTrace, WhyResult } from '../../catalog/why.ts';
import { type Field, renderFields } from './fields.ts';
import type { Page } from './page.ts';
import { formatCount, formatTime, oneLine } from './text.ts';

/** `why` for people: every version of a record, the newest first. */
export function renderWhy({ id, versions }: WhyResult, page: Page): string {
  const head = `${page.style('bold', oneLine(id))}: ${formatCount(versions.length, 'version')}`;
  const traces = versions.toReversed().map((trace) => `${headOf(trace, page)}\n${renderFields(fieldsOf(trace), page)}`);
  const note = 'hand-ins that were skipped because nothing had changed leave no trace';
  return `${[head, ...traces, note].join('\n\n').replaceAll('\n\n\n', '\n\n')}\n`;
}

function headOf(trace: RecordTrace, page: Page): string {
  const { collection, sequence, line } = trace;
  return `${collection}, submission ${sequence}, line ${line}: ${placeOf(trace, page)}`;
}

function placeOf({ place, liveFrom, supersededBy }: RecordTrace, page: Page): string {
  if (supersededBy === null) {
    const since = liveFrom === null ? '' : `, live since version ${liveFrom}`;
    return `${page.style(place === 'published' ? 'green' : 'yellow', place)}${since}`;
  }
  const { sequence, line, snapshot } = supersededBy;
  const life = liveFrom === null ? 'never live' : `live from version ${liveFrom}`;
  return `${page.style('dim', place)} in version ${snapshot} by submission ${sequence}, line ${line}; ${life}`;
}

function fieldsOf(trace: RecordTrace): Field[] {
  const { submittedAt, batchId, provider, n, residue, delta, publishedIn, chunk, segment } = trace;
  return [
    ['handed in', formatTime(submittedAt)],
    ['batch', `${batchId}, record ${n}, provider ${oneLine(provider)}`],
    ['residue', residue === null ? null : `${residue.status}: ${residue.code}: ${oneLine(residue.message)}`],
    ['delta', delta === null ? null : `${delta.key}, block ${delta.block}`],
    ['chunk', chunk === null ? null : `${chunk.index} of execution ${chunk.executionId}${roundOf(chunk.round)}`],
    ['segment', segmentOf(trace, segment)],
    ['taken in by', publishedIn === null ? null : `version ${publishedIn}`],
  ];
}

function segmentOf({ publishedIn }: RecordTrace, segment: RecordTrace['segment']): string | null {
  if (segment !== null) return `${segment.key}, row ${segment.row}`;
  return publishedIn === null ? null : 'none: a higher version was in the same chunk';
}

function roundOf(round: number): string {
  return round === 0 ? '' : `, round ${round}`;
}
