import type { IngestEvent } from '../../pipeline/events.ts';
import type { SubmitProgress } from '../../submit/types.ts';
import type { Screen } from '../terminal.ts';
import { advance, noProgress } from './ingest-progress.ts';
import { ingestRows, ProgressBars, type ProgressRow, submitRows, verifyRows } from './progress-bars.ts';
import { accusationLine, ingestLine, submitLine, type VerifyProgress, verifyLine } from './progress-lines.ts';

/** Tells how far long work is: bars on a screen, lines elsewhere. The bars end with the work, or with the signal. */
export interface ProgressView<Step> {
  readonly show: (step: Step) => void;
  /** A line for people that has nothing to do with how far it is. */
  readonly say: (line: string) => void;
  /** May be called twice. */
  readonly end: () => void;
}

export function showIngest(screen: Screen, signal?: AbortSignal): ProgressView<IngestEvent> {
  const { live, draw, say, end } = surfaceOn(screen, signal);
  let progress = noProgress;
  return {
    show: (event) => {
      const before = progress;
      progress = advance(before, event);
      draw(ingestRows(progress));
      const line = live ? accusationLine(event, progress) : ingestLine(event, before, progress);
      if (line !== null) say(line);
    },
    say,
    end,
  };
}

export function showVerify(screen: Screen, signal?: AbortSignal): ProgressView<VerifyProgress> {
  return showProgress(surfaceOn(screen, signal), { objects: 0, objectsTotal: 0, bytes: 0 }, verifyRows, verifyLine);
}

export function showSubmit(screen: Screen, signal?: AbortSignal): ProgressView<SubmitProgress> {
  return showProgress(
    surfaceOn(screen, signal),
    { lines: 0, records: 0, skipped: 0, batches: 0 },
    submitRows,
    submitLine,
  );
}

function showProgress<Progress>(
  { live, draw, say, end }: Surface,
  nothing: Progress,
  rows: (progress: Progress) => readonly ProgressRow[],
  line: (before: Progress, after: Progress) => string | null,
): ProgressView<Progress> {
  let progress = nothing;
  return {
    show: (now) => {
      draw(rows(now));
      const news = live ? null : line(progress, now);
      progress = now;
      if (news !== null) say(news);
    },
    say,
    end,
  };
}

interface Surface {
  /** Whether what is drawn is seen. */
  readonly live: boolean;
  readonly draw: (rows: readonly ProgressRow[]) => void;
  readonly say: (line: string) => void;
  readonly end: () => void;
}

function surfaceOn(screen: Screen, signal?: AbortSignal): Surface {
  if (screen.isTTY !== true) {
    return { live: false, draw: () => {}, say: (line) => screen.write(`${line}\n`), end: () => {} };
  }
  const bars = new ProgressBars(screen);
  signal?.addEventListener('abort', () => bars.stop(), { once: true });
  return { live: true, draw: (rows) => bars.draw(rows), say: (line) => bars.say(line), end: () => bars.stop() };
}
