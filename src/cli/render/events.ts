import type { ExecutionDetails } from '../../catalog/executions.ts';
import type { HistoryEvent } from '../../domain/facts.ts';
import { headOf } from './executions.ts';
import { numberColumn } from './ledger-table.ts';
import type { Page } from './page.ts';
import { renderTable } from './table.ts';
import { formatClock, oneLine } from './text.ts';

/** `executions show --events` for people: the history as it was written, one event a line. */
export function renderEvents(execution: ExecutionDetails, page: Page): string {
  const columns = [
    numberColumn('id'),
    numberColumn('after'),
    { name: 'UTC' },
    { name: 'type' },
    { name: 'state' },
    numberColumn('item'),
    { name: 'details' },
  ];
  const rows = execution.events.map((event) => [
    String(event.id),
    String(event.previousId),
    page.style('dim', formatClock(event.timestamp)),
    event.type,
    stateOf(event),
    event.index === null ? '' : `#${event.index}`,
    detailsOf(event),
  ]);
  return `${headOf(execution, page)}\n\n${renderTable(columns, rows, page)}\n`;
}

function stateOf({ state, round }: HistoryEvent): string {
  return round === null || round === 0 ? (state ?? '') : `${state}, round ${round}`;
}

function detailsOf({ details }: HistoryEvent): string {
  const entries = Object.entries(details).filter(([, value]) => value !== null && value !== '');
  return oneLine(entries.map(([name, value]) => `${name}=${value}`).join(' '));
}
