import { type Command, CommanderError } from 'commander';
import { printFailure } from './failure.ts';
import { type GlobalFlags, Invocation } from './invocation.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgram, renderOverview } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

export { saveMemory } from '../runtime/save-memory.ts';

/**
 * The command line: runs `argv` (without the program's name) and gives its exit code.
 *
 * 1. With `--json`, one JSON object goes to the output and nothing else: the result or `{error}`.
 * 2. Progress, warnings and errors for people go to the messages.
 * 3. Exit codes are those of `errorPolicies`, of the outcome of an `ingest`, or of what a check found.
 */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const interrupt = listenForInterrupt(() => {
    terminal.messages.write('interrupted: ending what is under way; Ctrl-C again ends at once\n');
  });
  let exitCode = 0;
  const program = createProgram(terminal, async (command, task) => {
    const flags = command.optsWithGlobals<GlobalFlags>();
    exitCode = await task(await Invocation.begin(terminal, interrupt.signal, flags));
  });
  let asked = program;
  program.on('beforeAllHelp', ({ command }: { command: Command }) => (asked = command));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    const json = wantsJson(argv);
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help' && !json) {
      if (asked === program) terminal.output.write(renderOverview(program, terminal));
      else asked.outputHelp();
      return 0;
    }
    return printFailure(error, interrupt.signal.aborted, json, terminal);
  } finally {
    interrupt.release();
  }
}

/** Whether `--json` was asked for, also where the command line is too wrong to be parsed. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}
