import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeDocs } from './node-docs.ts';
import { sharedWords } from './shared-words.ts';

/**
 * `npm start`: the main job on real text, with no configuration. The documentation of Node's API, from `@types/node` (MIT), is submitted,
 * ingested into ./.alluvium and searched, with the same commands that a user types.
 */
const root = resolve(import.meta.dirname, '..');
const collection = 'node-docs';
const input = join('.alluvium-demo', 'node-docs.jsonl');
const queries = ['watch a file for changes', 'compress data with gzip', 'server listening for connections'];

interface QueryReport {
  readonly results: readonly { readonly id: string; readonly document: string }[];
}

writeDocs();
show('submit', input, '-c', collection);
show('ingest');
show('status');
for (const query of queries) search(query);
tellWhatNext();

function writeDocs(): void {
  const docs = nodeDocs();
  mkdirSync(join(root, '.alluvium-demo'), { recursive: true });
  writeFileSync(join(root, input), docs.map((doc) => `${JSON.stringify(doc)}\n`).join(''));
  console.log(`${docs.length} paragraphs of the documentation of Node.js written to ${input}`);
}

/** Runs a command as a user would, on this terminal. */
function show(...command: readonly string[]): void {
  console.log(`\n$ npx alluvium ${command.map(quoted).join(' ')}`);
  end(alluvium(command, 'inherit').status, command);
}

/** Shows a query's results and makes sure that they are about it. */
function search(query: string): void {
  const command = ['query', query, '-c', collection, '-k', '5'];
  show(...command);
  const { status, stdout } = alluvium([...command, '--json'], 'pipe');
  end(status, command);
  const { results } = JSON.parse(stdout) as QueryReport;
  const strangers = results.filter(({ document }) => sharedWords(query, document).length === 0);
  if (results.length === 5 && strangers.length === 0) return;
  console.error(
    `\nthe demo failed: of 5 results ${results.length} came, not about "${query}": ${strangers.map(({ id }) => id).join(', ')}`,
  );
  process.exit(1);
}

function alluvium(command: readonly string[], stdout: 'inherit' | 'pipe') {
  const cli = join(root, 'bin', 'alluvium.js');
  return spawnSync(process.execPath, [cli, ...command], {
    cwd: root,
    stdio: ['inherit', stdout, 'inherit'],
    encoding: 'utf8',
  });
}

function end(status: number | null, command: readonly string[]): void {
  if (status === 0) return;
  console.error(`\nthe demo failed: alluvium ${command[0]} ended with ${status ?? 'a signal'}`);
  process.exit(status ?? 1);
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `"${word}"`;
}

function tellWhatNext(): void {
  console.log(`
Every hit shares a word with its query: the default embedder compares letters, not meanings.

Next, try
  npx alluvium query "your own words" -c ${collection}
  npx alluvium verify          every byte of the store against its seal
  npx alluvium audit           every record accounted for
  npm start                    again: nothing is new, so nothing is embedded
  npx alluvium --help`);
}
