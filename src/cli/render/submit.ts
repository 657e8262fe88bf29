import type { SubmitResult } from '../../submit/types.ts';
import type { Page } from './page.ts';
import { formatCount, formatNumber } from './text.ts';

/** `submit` for people: what was handed in, what was left out and why. */
export function renderSubmit(result: SubmitResult, page: Page): string {
  const { collection, sequence, records, skipped, batches, invalid, repeated } = result;
  const notes = [
    skipped > 0 && `${formatNumber(skipped)} unchanged`,
    repeated > 0 && `${formatNumber(repeated)} repeated`,
    invalid > 0 && page.style('yellow', `${formatNumber(invalid)} invalid, left out`),
  ].filter((note) => note !== false);
  const noteLines = notes.length === 0 ? [] : [`  ${notes.join(' · ')}`];
  if (sequence === null) return ['nothing new was handed in, no submission was made', ...noteLines, ''].join('\n');
  const head = `${page.style('green', 'submitted')} ${formatCount(records, 'record')} to ${collection}`;
  const what = `${head}: submission ${sequence}, ${formatCount(batches, 'batch')}`;
  return [what, ...noteLines, 'next: alluvium ingest', ''].join('\n');
}
