import { Command } from 'commander';
import { invalid } from '../../domain/errors.ts';
import { limits } from '../../domain/limits.ts';
import type { Begin, Invocation } from '../invocation.ts';
import { renderQuery } from '../render/query.ts';
import { parseWholeNumber } from '../settings.ts';
import { collectionOption } from './collection-option.ts';

interface QueryFlags {
  readonly collection: string;
  readonly results: string;
  readonly vector?: string;
}

const resultsDefault = '10';

const notes = `
Examples:
  alluvium query "total amount"
  alluvium query "total amount" -c lines -k 5 --json
  alluvium query --vector "[0.1, 0.7, 0.2]" -c lines
`;

export function queryCommand(begin: Begin): Command {
  const command = new Command('query')
    .summary('search the published snapshot')
    .description('Searches the published snapshot for the records nearest to a text or a vector.')
    .argument('[text]', 'what to look for')
    .addOption(collectionOption())
    .option('-k, --results <n>', 'how many', resultsDefault)
    .option('--vector <json>', 'a vector, instead of a text')
    .addHelpText('after', notes);
  return command.action(async (text: string | undefined, flags: QueryFlags) =>
    begin(command, async (invocation) => runQuery(text, flags, invocation)),
  );
}

async function runQuery(text: string | undefined, flags: QueryFlags, invocation: Invocation): Promise<number> {
  const collection = flags.collection;
  const k = parseWholeNumber('--results', flags.results, [1, limits.queryResultsMax]);
  const wanted = wantedOf(text, flags.vector);
  const store = await invocation.openStore();
  const { query } = await import('../../query/query.ts');
  const { signal, config } = invocation;
  const result = await query(store, { ...wanted, collection, k, providers: config.providers, signal });
  invocation.print(result, (page) => renderQuery(result, text ?? '', page));
  return 0;
}

function wantedOf(text: string | undefined, vector: string | undefined) {
  if (text !== undefined && vector === undefined) return { text };
  if (text === undefined && vector !== undefined) return { vector: parseVector(vector) };
  throw invalid('query-input', 'say what to look for: a text, or a vector with --vector', {
    hint: 'alluvium query "total amount"',
  });
}

function parseVector(json: string): number[] {
  let vector: unknown;
  try {
    vector = JSON.parse(json);
  } catch (cause) {
    throw invalid('query-vector', '--vector is not JSON', { cause, details: { reason: String(cause) } });
  }
  if (Array.isArray(vector) && vector.every((value) => typeof value === 'number')) return vector;
  throw invalid('query-vector', '--vector must be a list of numbers, such as "[0.1, 0.7]"');
}
