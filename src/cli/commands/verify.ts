import { Command } from 'commander';
import { checkExitCode } from '../exit-code.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { showVerify } from '../render/show-progress.ts';
import { renderVerify } from '../render/verify.ts';

const notes = `
Twin:
  \`alluvium audit\` asks whether every record is accounted for; verify asks whether every stored byte is what was sealed.

Exit codes:
  0  clean
  6  damaged: the keys are named

Examples:
  alluvium verify
  alluvium verify --json | jq '.damaged[].key'
`;

export function verifyCommand(begin: Begin): Command {
  const command = new Command('verify')
    .summary('check every stored byte against its seal')
    .description('Reads every stored object and checks it against the digest that another one holds of it.')
    .addHelpText('after', notes);
  return command.action(async () => begin(command, runVerify));
}

async function runVerify(invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { verify } = await import('../../verify/verify.ts');
  const progress = showVerify(invocation.terminal.messages, invocation.signal);
  try {
    const result = await verify(store, { signal: invocation.signal, onProgress: progress.show });
    progress.end();
    invocation.print(result, (page) => renderVerify(result, page));
    return checkExitCode(result.damaged.length === 0);
  } finally {
    progress.end();
  }
}
