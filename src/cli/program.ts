import { Command } from 'commander';
import { version } from '../runtime/package-version.ts';
import { auditCommand } from './commands/audit.ts';
import { batchesCommand } from './commands/batches.ts';
import { collectionsCommand } from './commands/collections.ts';
import { deltasCommand } from './commands/deltas.ts';
import { executionsCommand } from './commands/executions.ts';
import { ingestCommand } from './commands/ingest.ts';
import { initCommand } from './commands/init.ts';
import { queryCommand } from './commands/query.ts';
import { snapshotsCommand } from './commands/snapshots.ts';
import { statusCommand } from './commands/status.ts';
import { submitCommand } from './commands/submit.ts';
import { verifyCommand } from './commands/verify.ts';
import { whyCommand } from './commands/why.ts';
import { commandTerm, formatHelp } from './help.ts';
import type { Begin } from './invocation.ts';
import { pageOn } from './render/page.ts';
import { settingOption } from './settings.ts';
import type { Terminal } from './terminal.ts';

const helpWidthMax = 110;

/** The command line: commands in groups, flags that every command has, and help. */
export function createProgram(terminal: Terminal, begin: Begin): Command {
  const program = new Command('alluvium')
    .usage('<command> [options]')
    .description('Embeddings in, a verified snapshot out: every record is accounted for.')
    .optionsGroup('Everywhere:')
    .addOption(settingOption('store'))
    .addOption(settingOption('stage'))
    .option('--config <path>', 'a configuration file (default: alluvium.config.{ts,js,mjs,json})')
    .option('--json', 'print the result, or the error, as one JSON object')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false);
  speakOn(program, terminal);
  addGroup(program, 'The main job:', [submitCommand, ingestCommand, statusCommand, queryCommand], begin);
  addGroup(
    program,
    'What the store holds:',
    [batchesCommand, deltasCommand, collectionsCommand, executionsCommand, snapshotsCommand],
    begin,
  );
  addGroup(program, 'Trust:', [verifyCommand, auditCommand, whyCommand], begin);
  addGroup(program, 'To begin with:', [initCommand], begin);
  return program;
}

function addGroup(
  program: Command,
  heading: string,
  commands: readonly ((begin: Begin) => Command)[],
  begin: Begin,
): void {
  for (const create of commands) {
    const command = create(begin).helpGroup(heading);
    program.addCommand(command);
    inheritSettings(command, program);
  }
}

function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

function speakOn(program: Command, { output }: Terminal): void {
  const page = pageOn(output);
  program
    .exitOverride()
    .configureHelp({ formatHelp, subcommandTerm: commandTerm, styleTitle: (title) => page.style('bold', title) })
    .configureOutput({
      writeOut: (text) => output.write(text),
      // Errors are thrown, and told in one place.
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(page.width, helpWidthMax),
      // The page decides about colours.
      getOutHasColors: () => true,
    });
}

/** What `alluvium` alone says: the four commands of the main job, and where to go on. */
export function renderOverview(program: Command, terminal: Terminal): string {
  const page = pageOn(terminal.output);
  const help = program.createHelp();
  const commands = help.visibleCommands(program).slice(0, 4);
  const lines = commands.map(
    (command) => `  ${page.style('bold', `alluvium ${commandTerm(command)}`.padEnd(24))} ${command.summary()}`,
  );
  return [
    `alluvium ${version}: embeddings in, a verified snapshot out`,
    '',
    ...lines,
    '',
    'All commands: alluvium --help',
    'One command, with examples: alluvium ingest --help',
    '',
  ].join('\n');
}
