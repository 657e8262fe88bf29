import progress from 'cli-progress';
import type { SubmitProgress } from '../../submit/types.ts';
import type { Screen } from '../terminal.ts';
import type { IngestProgress, Share } from './ingest-progress.ts';
import { type Page, pageOn } from './page.ts';
import type { VerifyProgress } from './progress-lines.ts';
import { formatBytes, formatCount, formatNumber } from './text.ts';

/** One line on the screen. */
export interface ProgressRow {
  readonly name: string;
  /** Null where nobody knows how much there is: no bar then. */
  readonly share: Share | null;
  readonly text: string;
}

const nameWidth = 8;
const barWidthMax = 30;
/** What stands on a line beside the bar: name, per cent and text. */
const besideWidth = 52;

/** Bars on a screen, one below the other, redrawn a few times a second. */
export class ProgressBars {
  readonly #screen: Screen;
  readonly #page: Page;
  readonly #bars: progress.MultiBar;
  readonly #rows: progress.SingleBar[] = [];
  #last: readonly ProgressRow[] = [];
  #stopped = false;
  /** A process that ends early gives the terminal back as it was: with its cursor, and wrapping lines. */
  readonly #stop = (): void => this.stop();

  constructor(screen: Screen) {
    const page = pageOn(screen);
    this.#screen = screen;
    this.#page = page;
    this.#bars = new progress.MultiBar({
      stream: screen,
      hideCursor: true,
      // Its last drawing would count colours as width and cut the line.
      clearOnComplete: true,
      // Otherwise a line said above the bars would be written over them.
      forceRedraw: true,
      format: (_options, _params, row: ProgressRow) => formatRow(row, page),
    });
  }

  draw(rows: readonly ProgressRow[]): void {
    if (this.#stopped) return;
    if (this.#rows.length === 0) process.once('exit', this.#stop);
    this.#last = rows;
    for (const [index, row] of rows.entries()) {
      const { done, total } = row.share ?? { done: 0, total: 1 };
      const bar = this.#rows[index] ?? this.#bars.create(total, done, row);
      this.#rows[index] = bar;
      bar.setTotal(total);
      bar.update(done, row);
    }
  }

  /** A line above the bars. */
  say(line: string): void {
    if (!this.#bars.isActive) this.#screen.write(`${line}\n`);
    else this.#bars.log(`${wrap(line, this.#page.width)}\n`);
  }

  /** Leaves the bars as they are now, those that had anything to show, for good. */
  stop(): void {
    this.#stopped = true;
    if (!this.#bars.isActive) return;
    this.#bars.update();
    this.#bars.stop();
    process.off('exit', this.#stop);
    const kept = this.#last.filter(({ share }) => share !== null && share.total > 0);
    if (kept.length === 0) return;
    this.#screen.write(`${kept.map((row) => formatRow(row, this.#page)).join('\n')}\n\n`);
  }
}

export function ingestRows({ embed, compact, publish, recordsEmbedded }: IngestProgress): readonly ProgressRow[] {
  const records = recordsEmbedded === 0 ? '' : ` · ${formatCount(recordsEmbedded, 'record')}`;
  return [
    { name: 'embed', share: embed, text: shareText(embed, 'batch') + records },
    { name: 'compact', share: compact, text: shareText(compact, 'chunk') },
    { name: 'publish', share: publish, text: shareText(publish, 'collection') },
  ];
}

export function verifyRows({ objects, objectsTotal, bytes }: VerifyProgress): readonly ProgressRow[] {
  const share = { done: objects, total: objectsTotal };
  return [{ name: 'verify', share, text: `${shareText(share, 'object')} · ${formatBytes(bytes)}` }];
}

export function submitRows({ lines, skipped, batches }: SubmitProgress): readonly ProgressRow[] {
  const unchanged = skipped === 0 ? '' : ` · ${formatNumber(skipped)} unchanged`;
  return [
    {
      name: 'submit',
      share: null,
      text: `${formatCount(lines, 'line')}${unchanged} · ${formatCount(batches, 'batch')}`,
    },
  ];
}

function shareText({ done, total }: Share, noun: string): string {
  return total === 0 ? '' : `${formatNumber(done)}/${formatCount(total, noun)}`;
}

/** While there are bars, the terminal cuts lines instead of wrapping them. */
function wrap(line: string, width: number): string {
  return line.match(new RegExp(`.{1,${width}}`, 'gu'))?.join('\n') ?? '';
}

function formatRow({ name, share, text }: ProgressRow, page: Page): string {
  const label = `  ${name.padEnd(nameWidth)}`;
  if (share === null) return `${label} ${text}`;
  const width = Math.max(0, Math.min(barWidthMax, page.width - besideWidth));
  const part = share.total === 0 ? 0 : share.done / share.total;
  const filled = Math.floor(width * part);
  const bar = page.style('cyan', '█'.repeat(filled)) + page.style('dim', '░'.repeat(width - filled));
  const percent = `${Math.floor(100 * part)} %`.padStart(5);
  return `${label} ${bar} ${percent}  ${text}`;
}
