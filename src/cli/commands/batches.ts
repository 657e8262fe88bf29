import { Command } from 'commander';
import { type BatchStateName, batchStateNames } from '../../catalog/batch-states.ts';
import { invalid } from '../../domain/errors.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderBatch, renderBatches, renderCancel } from '../render/batches.ts';
import { anyCollectionOption } from './collection-option.ts';
import { nounCommand } from './noun-command.ts';

interface ListFlags {
  readonly collection?: string;
  readonly state?: string;
}

const listNotes = `
States:
  pending    handed in, and not brought home yet
  sealed     brought home, and not published yet
  published  every delta of it was taken in by a version
  residue    the same, but for records that came back without a usable vector
  cancelled  what did not come back is discarded
  damaged    its own facts cannot be read

Examples:
  alluvium batches list --state pending,sealed
  alluvium batches list -c lines --json | jq '.batches[].batchId'
`;

const showNotes = `
Examples:
  alluvium batches show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012
  alluvium batches show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012 --json | jq .residueByCode
`;

const cancelNotes = `
A cancelled batch is never embedded. What its provider has answered by now is published, the rest is discarded:
its records can be submitted again.

Exit codes:
  0  cancelled, now or before
  4  there is nothing left to cancel: everything has come back

Examples:
  alluvium batches cancel 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012
`;

export function batchesCommand(begin: Begin): Command {
  return nounCommand('batches', 'jobs at embedding providers', [
    listCommand(begin),
    showCommand(begin),
    cancelCommand(begin),
  ]);
}

function listCommand(begin: Begin): Command {
  const command = new Command('list')
    .summary('every batch, and where it stands')
    .description('Lists every batch that was handed in, and where it stands.')
    .addOption(anyCollectionOption())
    .option('--state <a,b>', 'only those in one of these states')
    .addHelpText('after', listNotes);
  return command.action(async (flags: ListFlags) => begin(command, async (invocation) => runList(flags, invocation)));
}

function showCommand(begin: Begin): Command {
  const command = new Command('show')
    .summary('what a batch became, and why records have no vector')
    .description('Shows what a batch became, and why some of its records have no vector.')
    .argument('<batch>', 'its id')
    .addOption(anyCollectionOption())
    .addHelpText('after', showNotes);
  return command.action(async (batchId: string, flags: ListFlags) =>
    begin(command, async (invocation) => runShow(batchId, flags, invocation)),
  );
}

function cancelCommand(begin: Begin): Command {
  const command = new Command('cancel')
    .summary('give up what has not come back')
    .description('Cancels a batch: what has come back is published, the rest is discarded.')
    .argument('<batch>', 'its id')
    .addOption(anyCollectionOption())
    .addHelpText('after', cancelNotes);
  return command.action(async (batchId: string, flags: ListFlags) =>
    begin(command, async (invocation) => runCancel(batchId, flags, invocation)),
  );
}

async function runList({ collection, state }: ListFlags, invocation: Invocation): Promise<number> {
  const states = state === undefined ? undefined : parseStates(state);
  const store = await invocation.openStore();
  const { listBatches } = await import('../../catalog/batches.ts');
  const result = await listBatches(store, { collection, states, signal: invocation.signal });
  invocation.print(result, (page) => renderBatches(result.batches, page));
  return 0;
}

async function runShow(batchId: string, { collection }: ListFlags, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { showBatch } = await import('../../catalog/batches.ts');
  const batch = await showBatch(store, batchId, { collection, signal: invocation.signal });
  invocation.print(batch, (page) => renderBatch(batch, page));
  return 0;
}

async function runCancel(batchId: string, { collection }: ListFlags, invocation: Invocation): Promise<number> {
  const { signal, config } = invocation;
  const store = await invocation.openStore();
  const { cancelBatch } = await import('../../poll/cancel-batch.ts');
  const result = await cancelBatch(store, batchId, { collection, providers: config.providers, signal });
  invocation.print(result, (page) => renderCancel(result, page));
  return 0;
}

function parseStates(text: string): BatchStateName[] {
  return text.split(',').map((word) => {
    const name = batchStateNames.find((known) => known === word.trim());
    if (name !== undefined) return name;
    throw invalid('batch-state', `--state takes ${batchStateNames.join(', ')}, not ${JSON.stringify(word)}`);
  });
}
