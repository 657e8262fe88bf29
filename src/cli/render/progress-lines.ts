import { limits } from '../../domain/limits.ts';
import type { IngestEvent } from '../../pipeline/events.ts';
import type { SubmitProgress } from '../../submit/types.ts';
import type { IngestProgress, Share } from './ingest-progress.ts';
import { formatBytes, formatCount, formatNumber } from './text.ts';

/** Progress where nobody watches: a line at each stage, and one for about every tenth of it. */

const tenths = 10;
/** Lines of input between two lines of progress: how many there will be, nobody knows. */
const linesStep = 100_000;

/** What an event is worth saying, given the progress before and after it; null where nothing. */
export function ingestLine(event: IngestEvent, before: IngestProgress, after: IngestProgress): string | null {
  switch (event.type) {
    case 'ExecutionStarted':
      return `execution ${event.executionId}`;
    case 'BatchesListed':
      return `${formatCount(event.batches, 'batch')} to embed, ${formatCount(event.rows, 'record')}`;
    case 'BatchSealed':
      return shareLine('embedded', before.embed, after.embed, 'batch');
    case 'ChunksPlanned':
      return `${formatCount(event.chunks, 'chunk')} to compact, ${formatCount(event.deltas, 'delta')}`;
    case 'ChunkCompacted':
      return shareLine('compacted', before.compact, after.compact, 'chunk');
    case 'DeltaAccused':
      return accusationLine(event, after);
    case 'SnapshotPublished':
      return `published ${event.collection} version ${event.version}, ${formatCount(event.rows, 'record')}`;
    case 'DeltaVerified':
    case 'DeltaMerged':
    case 'Log':
    case 'ExecutionEnded':
      return null;
  }
}

/** What an event tells a person who sees bars: bad news only. */
export function accusationLine(event: IngestEvent, { accused }: IngestProgress): string | null {
  if (event.type !== 'DeltaAccused' || accused > limits.examplesMax) return null;
  const line = `warning: delta left out (${event.code}): ${event.deltaKey}`;
  return accused === limits.examplesMax ? `${line}; further ones are not listed` : line;
}

export function submitLine(before: SubmitProgress, after: SubmitProgress): string | null {
  if (Math.floor(before.lines / linesStep) === Math.floor(after.lines / linesStep)) return null;
  return `read ${formatCount(after.lines, 'line')}, wrote ${formatCount(after.batches, 'batch')}`;
}

export interface VerifyProgress {
  readonly objects: number;
  readonly objectsTotal: number;
  readonly bytes: number;
}

export function verifyLine(before: VerifyProgress, after: VerifyProgress): string | null {
  const share = (progress: VerifyProgress): Share => ({ done: progress.objects, total: progress.objectsTotal });
  const line = shareLine('verified', share(before), share(after), 'object');
  return line === null ? null : `${line}, ${formatBytes(after.bytes)}`;
}

/** A line when another tenth is done. */
function shareLine(verb: string, before: Share, after: Share, noun: string): string | null {
  if (tenthsOf(after) === tenthsOf(before)) return null;
  const percent = Math.floor((100 * after.done) / after.total);
  return `${verb} ${percent} %: ${formatNumber(after.done)} of ${formatCount(after.total, noun)}`;
}

function tenthsOf({ done, total }: Share): number {
  return total === 0 ? 0 : Math.floor((tenths * done) / total);
}
