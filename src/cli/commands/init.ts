import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { type AlluviumError, conflict } from '../../domain/errors.ts';
import { errnoOf, fileSystemError } from '../../store/errno.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { type InitResult, renderInit } from '../render/init.ts';
import { starterConfig } from '../starter-config.ts';

const fileName = 'alluvium.config.ts';

const notes = `
It is never needed: \`alluvium submit FILE\` works in an empty folder, and makes the store where there is none.

Examples:
  alluvium init
  alluvium init --store ./vectors --stage prod
`;

export function initCommand(begin: Begin): Command {
  const command = new Command('init')
    .summary('write a configuration to begin with, and make the store')
    .description('Writes a commented alluvium.config.ts, and makes the store where there is none.')
    .addHelpText('after', notes);
  return command.action(async () => begin(command, runInit));
}

async function runInit(invocation: Invocation): Promise<number> {
  const { terminal, configPath } = invocation;
  if (configPath !== undefined) throw configExists(configPath);
  const path = join(terminal.directory, fileName);
  const { url, stage } = await invocation.openStore({ create: true });
  await writeNew(path, starterConfig({ store: invocation.setting('store'), stage }));
  const result: InitResult = { config: path, store: url, stage };
  invocation.print(result, (page) => renderInit(result, page));
  return 0;
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? configExists(path) : fileSystemError(error, path, 'write');
  }
}

function configExists(path: string): AlluviumError {
  return conflict('config-exists', `there is a configuration already, and it is left as it is: ${path}`, {
    hint: 'delete it first, or change it by hand',
    details: { path },
  });
}
