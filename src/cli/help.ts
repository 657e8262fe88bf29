import type { Command, Help, Option } from 'commander';

/** How `--help` is laid out: commands before options, the flags of every command last. */
export function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? 80;
  const termWidth = Math.max(
    help.padWidth(command, help),
    ...globalOptions(command).map((option) => option.flags.length),
  );
  const item = (term: string, description: string): string => help.formatItem(term, termWidth, description, help);
  const section = (title: string, items: readonly string[]): string[] => help.formatItemList(title, [...items], help);

  const args = help
    .visibleArguments(command)
    .map((argument) => item(argument.name(), help.argumentDescription(argument)));
  const commands = help.groupItems([...command.commands], help.visibleCommands(command), headingOf);
  const options = [...help.visibleOptions(command), ...globalOptions(command)];
  const optionGroups = Map.groupBy(options, (option) => option.helpGroupHeading ?? 'Options:');
  return [
    `${help.styleTitle('Usage:')} ${help.commandUsage(command)}`,
    '',
    help.boxWrap(help.commandDescription(command), width),
    '',
    ...section('Arguments:', args),
    ...[...commands].flatMap(([title, group]) =>
      section(
        title,
        group.map((child) => item(commandTerm(child), help.subcommandDescription(child))),
      ),
    ),
    ...[...optionGroups].flatMap(([title, group]) =>
      section(
        title,
        group.map((option) => item(help.optionTerm(option), help.optionDescription(option))),
      ),
    ),
  ].join('\n');
}

function headingOf(command: Command): string {
  return command.helpGroup() || 'Commands:';
}

/** `submit <file>`, `batches list|show|cancel` */
export function commandTerm(command: Command): string {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const verbs = command.commands.map((child) => child.name()).join('|');
  return [command.name(), verbs, ...args].filter((word) => word !== '').join(' ');
}

/** The flags that a command has from the program. */
function globalOptions(command: Command): readonly Option[] {
  if (command.parent === null) return [];
  const inherited = command.parent.parent === null ? command.parent.options : globalOptions(command.parent);
  return inherited.filter((option) => option.long !== '--version');
}
