import type { ExecutionDetails, ExecutionSummary } from '../../catalog/executions.ts';
import type { ItemSpan, StateSpan } from '../../catalog/timeline.ts';
import { durationBetween } from '../../runtime/clock.ts';
import { numberColumn } from './ledger-table.ts';
import { outcomeStyles } from './outcome.ts';
import { type Page, roomyWidth } from './page.ts';
import { renderTable } from './table.ts';
import { formatClock, formatCount, formatDuration, formatTime, oneLine } from './text.ts';

const collectionsMax = 3;
/** `2026-`, which a narrow page leaves out. */
const yearWidth = 5;

/** `executions list` for people. */
export function renderExecutions(executions: readonly ExecutionSummary[], page: Page): string {
  if (executions.length === 0) return 'no executions yet: alluvium ingest\n';
  const isRoomy = page.width >= roomyWidth;
  const columns = [
    { name: 'execution' },
    { name: 'started (UTC)' },
    ...(isRoomy ? [numberColumn('took')] : []),
    { name: 'outcome' },
    ...(isRoomy ? [{ name: 'collections' }] : []),
  ];
  const rows = executions.map((execution) => [
    execution.executionId,
    isRoomy ? formatTime(execution.startedAt) : formatTime(execution.startedAt).slice(yearWidth),
    ...(isRoomy ? [took(execution.startedAt, execution.endedAt)] : []),
    outcomeOf(execution, page),
    ...(isRoomy ? [shorten(execution.collections)] : []),
  ]);
  return `${renderTable(columns, rows, page)}\n`;
}

/** `lines, words and 3 more` */
function shorten(collections: readonly string[]): string {
  const shown = collections.slice(0, collectionsMax);
  const more = collections.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** `executions show` for people: its states in the order of entry, below each its items, all on one clock. */
export function renderExecution(execution: ExecutionDetails, page: Page): string {
  const { states, items } = execution;
  const lines: Line[] = states.flatMap((state) => [
    stateLine(state),
    ...items.filter((item) => item.state === state.state && item.round === state.round).map(itemLine),
  ]);
  const hasTroubles = lines.some(({ trouble }) => trouble !== '');
  const columns = [
    { name: 'UTC' },
    { name: 'state' },
    numberColumn('item'),
    { name: 'outcome' },
    numberColumn('took'),
    ...(hasTroubles ? [{ name: 'trouble' }] : []),
  ];
  const rows = lines.map(({ at, state, item, outcome, duration, trouble }) => [
    page.style('dim', at),
    state,
    item,
    outcome,
    duration,
    ...(hasTroubles ? [page.style('yellow', trouble)] : []),
  ]);
  return `${headOf(execution, page)}\n\n${renderTable(columns, rows, page)}\n`;
}

/** What every view of an execution begins with. */
export function headOf(execution: ExecutionDetails, page: Page): string {
  const { executionId, stage, startedAt, endedAt, shownAt, stopped, settings, collections, error } = execution;
  const ending =
    endedAt === null ? `, last seen ${formatTime(shownAt ?? startedAt)}` : ` in ${took(startedAt, endedAt)}`;
  const lines = [
    `${outcomeOf(execution, page)}${ending}, execution ${page.style('bold', executionId)}`,
    `stage ${stage} · started ${formatTime(startedAt)} · concurrency ${settings.concurrency} · chunks of ${settings.deltasPerChunk}`,
    ...(collections.length === 0 ? [] : [collections.join(', ')]),
    ...(stopped ? ['its time limit ended it before everything was done'] : []),
    ...(error === null ? [] : [`${error.kind}: ${oneLine(error.message)}`]),
    ...execution.outcomes.flatMap(({ collection, reasons }) =>
      reasons.map((reason) => `  ${collection}: ${oneLine(reason)}`),
    ),
  ];
  return lines.join('\n');
}

interface Line {
  readonly at: string;
  readonly state: string;
  readonly item: string;
  readonly outcome: string;
  readonly duration: string;
  readonly trouble: string;
}

function stateLine({ state, round, enteredAt, exitedAt, items, outcomes }: StateSpan): Line {
  const again = round === null || round === 0 ? '' : `, round ${round}`;
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return {
    at: formatClock(enteredAt),
    state: `${state}${again}`,
    item: items === 0 ? '' : `${items}`,
    outcome: counts.join(', '),
    duration: took(enteredAt, exitedAt),
    trouble: '',
  };
}

function itemLine({ index, startedAt, endedAt, outcome, attempts, error }: ItemSpan): Line {
  const cause = error === null ? '' : `${error['error']}: ${error['errorCode']}`;
  const runs = attempts > 1 ? ` (${formatCount(attempts, 'run')})` : '';
  return {
    at: formatClock(startedAt),
    state: '',
    item: `#${index}`,
    outcome: outcome ?? '–',
    duration: took(startedAt, endedAt),
    trouble: oneLine(`${cause}${runs}`),
  };
}

function outcomeOf({ outcome }: ExecutionSummary, page: Page): string {
  return outcome === null ? page.style('dim', 'not ended') : page.style(outcomeStyles[outcome], outcome);
}

function took(from: string, to: string | null): string {
  return to === null ? '–' : formatDuration(durationBetween(from, to));
}
