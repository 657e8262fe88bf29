import { Command } from 'commander';
import type { Begin, Invocation } from '../invocation.ts';
import { renderEvents } from '../render/events.ts';
import { renderExecution, renderExecutions } from '../render/executions.ts';
import { nounCommand } from './noun-command.ts';

interface ShowFlags {
  readonly events?: true;
}

const listNotes = `
Examples:
  alluvium executions list
  alluvium executions list --json | jq '.executions[] | select(.outcome != "Complete")'
`;

const showNotes = `
Every time is UTC, of one clock. An execution without an end is under way, or its process died: then the next
\`alluvium ingest\` goes on with it.

Examples:
  alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e
  alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e --events
  alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e --json | jq '.items[] | select(.attempts > 1)'
`;

export function executionsCommand(begin: Begin): Command {
  return nounCommand('executions', 'runs of the state machine', [listCommand(begin), showCommand(begin)]);
}

function listCommand(begin: Begin): Command {
  const command = new Command('list')
    .summary('every execution, and how it ended')
    .description('Lists every execution, oldest first, and how it ended.')
    .addHelpText('after', listNotes);
  return command.action(async () => begin(command, runList));
}

function showCommand(begin: Begin): Command {
  const command = new Command('show')
    .summary('its history: states and items on one clock')
    .description('Shows the history of an execution: its states, and its items with how each ended.')
    .argument('<execution>', 'its id')
    .option('--events', 'every event instead, one a line')
    .addHelpText('after', showNotes);
  return command.action(async (executionId: string, flags: ShowFlags) =>
    begin(command, async (invocation) => runShow(executionId, flags, invocation)),
  );
}

async function runList(invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { listExecutions } = await import('../../catalog/executions.ts');
  const result = await listExecutions(store, { signal: invocation.signal });
  invocation.print(result, (page) => renderExecutions(result.executions, page));
  return 0;
}

async function runShow(executionId: string, { events }: ShowFlags, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { showExecution } = await import('../../catalog/executions.ts');
  const execution = await showExecution(store, executionId, { signal: invocation.signal });
  const render = events === true ? renderEvents : renderExecution;
  invocation.print(execution, (page) => render(execution, page));
  return 0;
}
