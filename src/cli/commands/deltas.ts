import { Command } from 'commander';
import type { Begin, Invocation } from '../invocation.ts';
import { renderDelta, renderDeltas } from '../render/deltas.ts';
import { anyCollectionOption } from './collection-option.ts';
import { nounCommand } from './noun-command.ts';

interface ListFlags {
  readonly collection?: string;
  readonly unverified?: true;
  readonly writtenBefore?: string;
}

const listNotes = `
A chunk verifies a delta against its seal before a version takes it in. Unverified are those that no version has:
\`alluvium ingest\` does both, \`alluvium verify\` only checks.

Examples:
  alluvium deltas list -c lines
  alluvium deltas list --unverified
  alluvium deltas list --written-before 2026-07-01 --json | jq '.deltas[].key'
`;

const showNotes = `
Examples:
  alluvium deltas show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e
  alluvium deltas show collections/lines/deltas/0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e.arrow --json
`;

export function deltasCommand(begin: Begin): Command {
  return nounCommand('deltas', 'sealed embeddings of batches', [listCommand(begin), showCommand(begin)]);
}

function listCommand(begin: Begin): Command {
  const command = new Command('list')
    .summary('every delta, its place, and the version that took it in')
    .description('Lists every sealed delta: its place, its size, and the version that took it in.')
    .addOption(anyCollectionOption())
    .option('--unverified', 'only those that no version has taken in yet')
    .option('--written-before <date>', 'only those that were sealed before a date, such as 2026-07-01 (UTC)')
    .addHelpText('after', listNotes);
  return command.action(async (flags: ListFlags) => begin(command, async (invocation) => runList(flags, invocation)));
}

function showCommand(begin: Begin): Command {
  const command = new Command('show')
    .summary('its seal, block by block')
    .description('Shows the seal of a delta: digests, and where each block of rows lies.')
    .argument('<delta>', 'its id, or its key')
    .addOption(anyCollectionOption())
    .addHelpText('after', showNotes);
  return command.action(async (delta: string, flags: ListFlags) =>
    begin(command, async (invocation) => runShow(delta, flags, invocation)),
  );
}

async function runList(flags: ListFlags, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { listDeltas } = await import('../../catalog/deltas.ts');
  const result = await listDeltas(store, { ...flags, signal: invocation.signal });
  invocation.print(result, (page) => renderDeltas(result.deltas, page));
  return 0;
}

async function runShow(delta: string, { collection }: ListFlags, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { showDelta } = await import('../../catalog/deltas.ts');
  const details = await showDelta(store, delta, { collection, signal: invocation.signal });
  invocation.print(details, (page) => renderDelta(details, page));
  return 0;
}
