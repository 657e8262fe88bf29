import type { Page } from './page.ts';

/** A name and what it is; null where there is nothing to say. */
export type Field = readonly [name: string, value: string | number | null];

/** Names and values under each other, indented by two. What is null is left out. */
export function renderFields(fields: readonly Field[], page: Page): string {
  const shown = fields.filter(([, value]) => value !== null);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${page.style('dim', name.padEnd(width))}  ${value}\n`).join('');
}
