import { Command } from 'commander';
import { outcomeExitCodes } from '../../domain/outcome.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderIngest } from '../render/ingest.ts';
import { showIngest } from '../render/show-progress.ts';
import { settingOption } from '../settings.ts';

interface IngestFlags {
  readonly collection?: readonly string[];
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
    .addHelpText('after', notes);
  return command.action(async (flags: IngestFlags) =>
    begin(command, async (invocation) => runIngest(flags, invocation)),
  );
}

async function runIngest({ collection: collections }: IngestFlags, invocation: Invocation): Promise<number> {
  const settings = {
    concurrency: invocation.setting('concurrency'),
    deltasPerChunk: invocation.setting('deltasPerChunk'),
  };
  const workers = invocation.setting('workers');
  const store = await invocation.openStore();
  const { ingest } = await import('../../engine/ingest.ts');
  const progress = showIngest(invocation.terminal.messages, invocation.signal);
  try {
    const result = await ingest(store, {
      ...settings,
      workers,
      ...(collections === undefined ? {} : { collections }),
      ...(invocation.configPath === undefined ? {} : { configPath: invocation.configPath }),
      signal: invocation.signal,
      onEvent: progress.show,
    });
    progress.end();
    invocation.print(result, (page) => renderIngest(result, settings, page));
    return outcomeExitCodes[result.outcome];
  } finally {
    progress.end();
  }
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
