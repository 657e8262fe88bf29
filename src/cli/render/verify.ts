import { limits } from '../../domain/limits.ts';
import type { VerifyResult } from '../../verify/verify.ts';
import type { Page } from './page.ts';
import { formatBytes, formatCount, formatNumber, oneLine } from './text.ts';

/** `verify` for people: what was read, and every damaged object by its key. */
export function renderVerify({ objects, bytes, rows, damaged, unnamed, foreign }: VerifyResult, page: Page): string {
  const lines = [
    `read ${formatCount(objects, 'object')}, ${formatBytes(bytes)}, ${formatCount(rows, 'live row')}`,
    ...(unnamed === 0 ? [] : [`  ${formatCount(unnamed, 'object')} that nothing names: left by a crash, harmless`]),
    ...(foreign.length === 0 ? [] : [`  ${formatCount(foreign.length, 'file')} of somebody else: ${listed(foreign)}`]),
  ];
  if (damaged.length === 0) lines.push(`${page.style('green', 'clean')}: everything is as it was sealed`);
  else lines.push(`${page.style('red', 'damaged')}: ${formatCount(damaged.length, 'object')}`);
  for (const { key, reason, expected, actual } of damaged.slice(0, limits.examplesMax)) {
    lines.push(`  ${page.style('bold', oneLine(key))}`);
    lines.push(`    ${oneLine(reason)}: expected ${describe(expected)}, found ${describe(actual)}`);
  }
  const more = damaged.length - limits.examplesMax;
  if (more > 0) lines.push(`  and ${formatNumber(more)} more: --json names them all`);
  return `${lines.join('\n')}\n`;
}

function listed(keys: readonly string[]): string {
  const [first = ''] = keys;
  return keys.length === 1 ? oneLine(first) : `${oneLine(first)}, …`;
}

function describe(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : oneLine(String(value));
}
