import { limits } from '../../domain/limits.ts';
import type { VerifyResult } from '../../verify/verify.ts';
import type { Page } from './page.ts';
import { formatBytes, formatCount, formatNumber, oneLine } from './text.ts';

/** `verify` for people: what was read, and every damaged object by its key. */
export function renderVerify({ objects, bytes, rows, damaged }: VerifyResult, page: Page): string {
  const read = `read ${formatCount(objects, 'object')}, ${formatBytes(bytes)}, ${formatCount(rows, 'row')}`;
  if (damaged.length === 0) return `${read}\n${page.style('green', 'clean')}: everything is as it was sealed\n`;
  const shown = damaged
    .slice(0, limits.examplesMax)
    .flatMap(({ key, reason, expected, actual }) => [
      `  ${page.style('bold', oneLine(key))}`,
      `    ${oneLine(reason)}: expected ${describe(expected)}, found ${describe(actual)}`,
    ]);
  const more = damaged.length - limits.examplesMax;
  const rest = more > 0 ? [`  and ${formatNumber(more)} more: --json names them all`] : [];
  const verdict = `${page.style('red', 'damaged')}: ${formatCount(damaged.length, 'object')}`;
  return [read, verdict, ...shown, ...rest, ''].join('\n');
}

function describe(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : oneLine(String(value));
}
