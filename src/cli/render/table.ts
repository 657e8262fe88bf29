import CliTable from 'cli-table3';
import type { Page } from './page.ts';

export interface Column {
  readonly name: string;
  /** Default `left`. */
  readonly align?: 'left' | 'right';
  /** In characters: longer cells end in `…`. */
  readonly widthMax?: number;
}

const gap = 2;

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;

/** Aligned columns under their names, indented by two. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], page: Page): string {
  const table = new CliTable({
    head: columns.map(({ name }) => page.style('bold', name)),
    colAligns: columns.map(({ align = 'left' }) => align),
    colWidths: columns.map(({ widthMax }) => (widthMax === undefined ? null : widthMax + gap)),
    chars: noBorders,
    style: { head: [], border: [], 'padding-left': gap, 'padding-right': 0 },
  });
  table.push(...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
