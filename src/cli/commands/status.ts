import { Command } from 'commander';
import type { Begin, Invocation } from '../invocation.ts';
import { renderStatus } from '../render/status.ts';

const notes = `
Every record version that was handed in is in exactly one place: published, superseded (by a later
version), deleted, withdrawn, pending, quarantined, residue (it has no vector) or discarded.
\`alluvium audit\` proves it.

Examples:
  alluvium status
  alluvium status --json | jq '.collections[].ledger'
`;

export function statusCommand(begin: Begin): Command {
  const command = new Command('status')
    .summary('what is published, and where every record version is')
    .description('Shows what every collection has published, and where every record version is.')
    .addHelpText('after', notes);
  return command.action(async () => begin(command, runStatus));
}

async function runStatus(invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { readStatus } = await import('../../ledger/status.ts');
  const status = await readStatus(store, { signal: invocation.signal });
  invocation.print(status, (page) => renderStatus(status, store.url, page));
  return 0;
}
