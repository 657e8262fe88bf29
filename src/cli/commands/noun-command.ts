import { Command } from 'commander';

/** A noun holds commands, and does nothing by itself: alone, it says which. */
export function nounCommand(name: string, summary: string, commands: readonly Command[]): Command {
  const noun = new Command(name)
    .usage('<command> [options]')
    .summary(summary)
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .helpCommand(false);
  for (const command of commands) noun.addCommand(command);
  return noun;
}
