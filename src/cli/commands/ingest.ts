import { Command, Option } from 'commander';
import { invalid } from '../../domain/errors.ts';
import { type LogLevel, logLevels } from '../../domain/log.ts';
import { outcomeExitCodes } from '../../domain/outcome.ts';
import type { IngestResult } from '../../engine/ingest.ts';
import type { RepeatOptions } from '../../engine/ingest-until.ts';
import type { IngestEvent } from '../../pipeline/events.ts';
import { parseDuration } from '../duration.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderIngest } from '../render/ingest.ts';
import { isLogged, type LogFormat, logFormats, logLine } from '../render/log-line.ts';
import { showIngest } from '../render/show-progress.ts';
import { settingOption } from '../settings.ts';

interface IngestFlags {
  readonly collection?: readonly string[];
  readonly watch?: true;
  readonly wait?: true;
  readonly timeout?: string;
  readonly timeLimit?: string;
  readonly every: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
}

const notes = `
Exit codes:
  0  Complete
  3  CompleteWithQuarantine: published, but something was left out for good
  4  Failed: nothing changed
  5  Inconclusive: what was certain is published, the rest is as before

Examples:
  alluvium ingest
  alluvium ingest -c lines --concurrency 8
  alluvium ingest --json | jq .outcome
  alluvium ingest --wait --timeout 2h
  alluvium ingest --time-limit 4m --log-format json
`;

export function ingestCommand(begin: Begin): Command {
  const command = new Command('ingest')
    .summary('embed, compact and publish what was handed in')
    .description(
      'Embeds what was handed in, seals it, compacts it in parallel and publishes a snapshot that was verified.',
    )
    .option('-c, --collection <name>', 'only this collection; may be repeated (default: all)', collect)
    .addOption(settingOption('concurrency'))
    .addOption(settingOption('deltasPerChunk'))
    .addOption(settingOption('workers'))
    .option('--wait', 'ingest again until nothing is pending')
    .option('--timeout <duration>', 'with --wait: give up after so long (90s, 10m, 2h)')
    .option('--watch', 'ingest again and again until interrupted')
    .option('--every <duration>', 'pause between two ingests of --wait or --watch', '10s')
    .option('--time-limit <duration>', 'start no further task after so long; what was not reached stays pending')
    .addOption(
      new Option('--log-format <format>', 'a log on stderr instead of progress').choices(logFormats).default('none'),
    )
    .addOption(new Option('--log-level <level>', 'the least level that is logged').choices(logLevels).default('info'))
    .addHelpText('after', notes);
  return command.action(async (flags: IngestFlags) =>
    begin(command, async (invocation) => runIngest(flags, invocation)),
  );
}

async function runIngest(flags: IngestFlags, invocation: Invocation): Promise<number> {
  const settings = {
    concurrency: invocation.setting('concurrency'),
    deltasPerChunk: invocation.setting('deltasPerChunk'),
  };
  const workers = invocation.setting('workers');
  const timeLimitMs = flags.timeLimit === undefined ? undefined : parseDuration(flags.timeLimit);
  const repetition = repetitionOf(flags);
  const store = await invocation.openStore();
  const { ingest } = await import('../../engine/ingest.ts');
  const { ingestUntil } = await import('../../engine/ingest-until.ts');
  const view = viewOf(flags, store.stage, invocation);
  const options = {
    ...settings,
    workers,
    collections: flags.collection,
    configPath: invocation.configPath,
    timeLimitMs,
    signal: invocation.signal,
    onEvent: view.show,
  };
  const print = (result: IngestResult): void => {
    view.pause();
    invocation.print(result, (page) => renderIngest(result, settings, page));
  };
  try {
    if (repetition === null) {
      const result = await ingest(store, options);
      print(result);
      return outcomeExitCodes[result.outcome];
    }
    const onResult = repetition.until === 'interrupted' ? onNews(print) : undefined;
    const last = await ingestUntil(store, { ...options, ...repetition, onResult });
    if (onResult === undefined) print(last);
    return outcomeExitCodes[last.outcome];
  } finally {
    view.end();
  }
}

/** Of executions that follow each other, tells those that had something to do, and the first. */
function onNews(print: (result: IngestResult) => void): (result: IngestResult) => void {
  let isFirst = true;
  return (result) => {
    const isNews = result.outcome !== 'Complete' || result.collections.some(({ batches }) => batches > 0);
    if (isFirst || isNews) print(result);
    isFirst = false;
  };
}

/** How `--watch` and `--wait` repeat an ingest; null for a single one. */
function repetitionOf({ watch, wait, timeout, every }: IngestFlags): Repetition | null {
  if (timeout !== undefined && wait !== true) throw invalid('flag-alone', '--timeout goes with --wait');
  if (watch === true && wait === true) throw invalid('flags-exclusive', '--watch and --wait exclude each other');
  if (watch !== true && wait !== true) return null;
  return {
    until: watch === true ? 'interrupted' : 'nothing-pending',
    pauseMs: parseDuration(every),
    timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
  };
}

type Repetition = Pick<RepeatOptions, 'until' | 'pauseMs' | 'timeoutMs'>;

interface View {
  readonly show: (event: IngestEvent) => void;
  readonly pause: () => void;
  readonly end: () => void;
}

/** Progress for people, or the log for whoever asked for it: both on stderr. */
function viewOf({ logFormat, logLevel }: IngestFlags, stage: string, { terminal, signal }: Invocation): View {
  if (logFormat === 'none') {
    const progress = showIngest(terminal.messages, signal);
    return { show: progress.show, pause: progress.end, end: progress.end };
  }
  const show = (event: IngestEvent): void => {
    if (event.type !== 'Log' || !isLogged(event.level, logLevel)) return;
    terminal.messages.write(`${logLine(event, stage, logFormat)}\n`);
  };
  return { show, pause: () => undefined, end: () => undefined };
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
