import { Command } from 'commander';
import type { Begin, Invocation } from '../invocation.ts';
import { renderCollection, renderCollections } from '../render/collections.ts';
import { nounCommand } from './noun-command.ts';

const listNotes = `
Examples:
  alluvium collections list
  alluvium collections list --json | jq '.collections[] | {collection, model, dimension}'
`;

const showNotes = `
Examples:
  alluvium collections show lines
  alluvium collections show lines --json | jq .ledger
`;

export function collectionsCommand(begin: Begin): Command {
  return nounCommand('collections', 'named sets of records with one model, dimension and metric', [
    listCommand(begin),
    showCommand(begin),
  ]);
}

function listCommand(begin: Begin): Command {
  const command = new Command('list')
    .summary('every collection, with its settings')
    .description('Lists every collection with its settings and what it has published.')
    .addHelpText('after', listNotes);
  return command.action(async () => begin(command, runList));
}

function showCommand(begin: Begin): Command {
  const command = new Command('show')
    .summary('its settings, its account, and what was handed in of late')
    .description('Shows the settings of a collection, its account, and what was handed in of late.')
    .argument('<collection>', 'its name')
    .addHelpText('after', showNotes);
  return command.action(async (collection: string) =>
    begin(command, async (invocation) => runShow(collection, invocation)),
  );
}

async function runList(invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { listCollections } = await import('../../catalog/collections.ts');
  const result = await listCollections(store, { signal: invocation.signal });
  invocation.print(result, (page) => renderCollections(result.collections, page));
  return 0;
}

async function runShow(collection: string, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { showCollection } = await import('../../catalog/collections.ts');
  const details = await showCollection(store, collection, { signal: invocation.signal });
  invocation.print(details, (page) => renderCollection(details, page));
  return 0;
}
