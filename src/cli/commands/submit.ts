import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { invalid } from '../../domain/errors.ts';
import type { Metric } from '../../domain/facts.ts';
import { limits } from '../../domain/limits.ts';
import { defaultFields, type InputFields } from '../../input/input-fields.ts';
import { type InputFormat, inputFormats } from '../../input/input-format.ts';
import type { InputLine, SubmitOptions } from '../../submit/types.ts';
import type { InputOptions } from '../../input/read-input.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { showSubmit } from '../render/show-progress.ts';
import { renderSubmit } from '../render/submit.ts';
import { oneLine } from '../render/text.ts';
import { parseWholeNumber, settingOption } from '../settings.ts';
import { collectionOption } from './collection-option.ts';

interface SubmitFlags {
  readonly collection: string;
  readonly idField: string;
  readonly textField: string;
  readonly metadataFields?: string;
  readonly format?: InputFormat;
  readonly force?: boolean;
  readonly skipInvalid?: boolean;
  readonly provider?: string;
  readonly model?: string;
  readonly dimension?: string;
  readonly metric?: Metric;
  readonly folder?: string;
}

const metrics: readonly Metric[] = ['cosine', 'l2', 'dot'];

const notes = `
Records:
  A record has an "id" (a string, or a whole number that becomes one) and a "document" (the text), and if
  wanted "metadata" (an object) and a "vector" (a list of numbers, published as it is). In a table, every
  other column becomes metadata. Lines are numbered from 1; the rows of a table from 1 below its header.

  It is all or nothing: bad lines are named and nothing is handed in, unless --skip-invalid. Records that
  have not changed since they were handed in before are skipped, unless --force.

  With --provider files, requests for OpenAI's Batch API are written to a folder, and whatever is put there as
  *.jsonl is searched for their answers: output and error files, in any order, under any name. A file that is not
  whole yet is waited for; beside one that will not become whole, put an empty <file>.done.

Examples:
  alluvium submit records.jsonl
  alluvium submit lines.jsonl.gz -c lines --records-per-batch 50
  alluvium submit table.csv --id-field sku --text-field title --metadata-fields brand,price
  zcat records.jsonl.gz | alluvium submit -
  alluvium submit records.jsonl --provider files --folder batches \\
      --model text-embedding-3-small --dimension 1536
`;

export function submitCommand(begin: Begin): Command {
  const command = new Command('submit')
    .summary('hand in records: .jsonl or .csv, also .gz, or - for standard input')
    .description('Hands in records. What is new or changed waits in batches for the next ingest.')
    .argument('<file>', '.jsonl or .csv, also .gz, or - for standard input (JSON lines)')
    .addOption(collectionOption())
    .optionsGroup('Reading:')
    .option('--id-field <name>', 'the field that holds the id', defaultFields.id)
    .option('--text-field <name>', 'the field that holds the text', defaultFields.text)
    .option('--metadata-fields <a,b>', 'the fields that become metadata, instead of "metadata" or all other columns')
    .addOption(new Option('--format <format>', 'instead of what the name tells').choices(inputFormats))
    .optionsGroup('Handing in:')
    .addOption(settingOption('recordsPerBatch'))
    .option('--force', 'embed every record, changed or not')
    .option('--skip-invalid', 'leave bad lines out, instead of handing in nothing')
    .option('--folder <dir>', 'where request files go and answers come from (provider "files")')
    .optionsGroup('A new collection:')
    .option('--provider <name>', 'who embeds it (default: "local", or "given" where the first record has a vector)')
    .option('--model <name>', 'the embedding model')
    .option('--dimension <n>', 'the length of its vectors')
    .addOption(new Option('--metric <metric>', 'how its vectors are compared, by cosine unless said').choices(metrics))
    .addHelpText('after', notes);
  return command.action(async (file: string, flags: SubmitFlags) =>
    begin(command, async (invocation) => runSubmit(file, flags, invocation)),
  );
}

async function runSubmit(file: string, flags: SubmitFlags, invocation: Invocation): Promise<number> {
  const { terminal, signal, config } = invocation;
  const { collection, format, provider, model, metric, folder, force, skipInvalid } = flags;
  const options: SubmitOptions = {
    provider,
    model,
    metric,
    dimension: dimensionOf(flags),
    folder: folder === undefined ? undefined : resolve(terminal.directory, folder),
    force,
    skipInvalid,
    signal,
    recordsPerBatch: invocation.setting('recordsPerBatch'),
    providers: config.providers,
  };
  const reading: InputOptions = { format, fields: fieldsOf(flags), signal };
  const { assertReadable } = await import('../../input/input-bytes.ts');
  // Before a store is made for nothing.
  if (file !== '-') await assertReadable(file);
  const { readInput } = await import('../../input/read-input.ts');
  const { submit } = await import('../../submit/submit.ts');
  const lines = readInput(file === '-' ? terminal.input : file, reading);
  const store = await invocation.openStore({ create: true });
  const progress = showSubmit(terminal.messages, signal);
  try {
    const input = skipInvalid === true ? tellProblems(lines, progress.say) : lines;
    const result = await submit(store, collection, input, { ...options, onProgress: progress.show });
    progress.end();
    invocation.print(result, (page) => renderSubmit(result, page));
    return 0;
  } finally {
    progress.end();
  }
}

function dimensionOf({ dimension }: SubmitFlags): number | undefined {
  return dimension === undefined ? undefined : parseWholeNumber('--dimension', dimension, [1, limits.dimensionMax]);
}

function fieldsOf({ idField, textField, metadataFields }: SubmitFlags): InputFields {
  const metadata = metadataFields?.split(',').map((name) => name.trim()) ?? null;
  if (metadata?.includes('') === true) {
    throw invalid('metadata-fields', `--metadata-fields takes names with commas between them, not "${metadataFields}"`);
  }
  return { id: idField, text: textField, metadata };
}

/** Passes lines on, and tells what is wrong with the first bad ones. */
async function* tellProblems(
  lines: AsyncIterable<InputLine>,
  tell: (message: string) => void,
): AsyncGenerator<InputLine> {
  let problems = 0;
  for await (const line of lines) {
    if ('problem' in line && ++problems <= limits.examplesMax) tell(`left out: ${oneLine(line.problem.message)}`);
    yield line;
  }
}
