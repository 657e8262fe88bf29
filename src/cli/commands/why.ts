import { Command } from 'commander';
import { invalid } from '../../domain/errors.ts';
import { limits } from '../../domain/limits.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderWhy } from '../render/why.ts';
import { anyCollectionOption } from './collection-option.ts';

interface WhyFlags {
  readonly collection?: string;
  readonly idStdin?: true;
}

const notes = `
Hand-ins that were skipped because nothing had changed leave no trace, so no version of them is shown.
An id that begins with - goes behind --; one that no shell can pass on is read with --id-stdin.

Examples:
  alluvium why "RECEIPT#00012#LINE#00003"
  alluvium why -c lines -- --odd-id
  printf '%s' "$id" | alluvium why --id-stdin --json | jq '.versions[].place'
`;

export function whyCommand(begin: Begin): Command {
  const command = new Command('why')
    .summary('where a record is, and how it got there')
    .description(
      'Follows every version of a record from its line in a hand-in by batch, delta, chunk and segment to the version it became live in.',
    )
    .argument('[id]', 'the id of the record')
    .addOption(anyCollectionOption())
    .option('--id-stdin', 'read the id from standard input, as it is but for a last line end')
    .addHelpText('after', notes);
  return command.action(async (id: string | undefined, flags: WhyFlags) =>
    begin(command, async (invocation) => runWhy(id, flags, invocation)),
  );
}

async function runWhy(given: string | undefined, flags: WhyFlags, invocation: Invocation): Promise<number> {
  if ((given === undefined) !== (flags.idStdin === true)) {
    throw invalid('why-id', 'say which record: its id, or --id-stdin', { hint: 'alluvium why RECEIPT#00012' });
  }
  const id = given ?? (await readId(invocation));
  const store = await invocation.openStore();
  const { why } = await import('../../catalog/why.ts');
  const result = await why(store, id, { collection: flags.collection, signal: invocation.signal });
  invocation.print(result, (page) => renderWhy(result, page));
  return 0;
}

async function readId({ terminal, signal }: Invocation): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of terminal.input.iterator({ destroyOnReturn: false })) {
    signal.throwIfAborted();
    chunks.push(Buffer.from(chunk as Uint8Array));
    bytes += chunks.at(-1)?.length ?? 0;
    if (bytes > limits.idBytesMax + lineEndBytesMax) {
      throw invalid('id-too-long', `an id has at most ${limits.idBytesMax} bytes of UTF-8`);
    }
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, '');
}

const lineEndBytesMax = 2;
