import { Command } from 'commander';
import { checkExitCode } from '../exit-code.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderAudit } from '../render/audit.ts';

const notes = `
Twin:
  \`alluvium verify\` asks whether every stored byte is what was sealed; audit asks whether every record is accounted for.

Exit codes:
  0  balanced
  6  not balanced: the records are named

Examples:
  alluvium audit
  alluvium audit --json | jq .balanced
`;

export function auditCommand(begin: Begin): Command {
  const command = new Command('audit')
    .summary('balance the account of every record version')
    .description(
      'Balances what was handed in against the places where record versions are, in numbers and in key hashes.',
    )
    .addHelpText('after', notes);
  return command.action(async () => begin(command, runAudit));
}

async function runAudit(invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { audit } = await import('../../ledger/audit.ts');
  const result = await audit(store, { signal: invocation.signal });
  invocation.print(result, (page) => renderAudit(result, page));
  return checkExitCode(result.balanced);
}
