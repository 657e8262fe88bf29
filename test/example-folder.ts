import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ingest, inputLines, openStore, submit } from '../src/index.ts';

const root = resolve(import.meta.dirname, '..');
const records = [
  { id: 'delta', document: 'A river lays down what it carries.' },
  { id: 'tide', document: 'The sea comes twice a day.' },
];

/** What an example may count on besides the library: a model, a file with records, and a store with the collection `notes`. */
const model = `export function embed(texts: readonly string[], signal: AbortSignal | undefined): number[][] {
  signal?.throwIfAborted();
  return texts.map((text) => Array.from({ length: 768 }, (_, index) => text.charCodeAt(index % text.length)));
}
`;

/** As in a project of a user's: where `alluvium` is installed, though what is installed is this source. */
export async function makeExamplesFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alluvium-examples-'));
  const library = JSON.stringify(resolve(root, 'src/index.ts'));
  const installed = join(folder, 'node_modules/alluvium');
  await mkdir(installed, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(installed, 'package.json'), '{ "name": "alluvium", "type": "module", "exports": "./index.js" }');
  await writeFile(join(installed, 'index.js'), `export * from ${library};\n`);
  await writeFile(join(installed, 'index.d.ts'), `export * from ${library};\n`);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(typeSettings));
  await makeTemplate(join(folder, 'template'));
  return folder;
}

const typeSettings = {
  extends: resolve(root, 'tsconfig.json'),
  compilerOptions: { typeRoots: [resolve(root, 'node_modules/@types')] },
  include: ['.'],
};

async function makeTemplate(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'my-model.ts'), model);
  await writeFile(join(folder, 'notes.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const store = await openStore(join(folder, '.alluvium'), { create: true });
  await submit(store, 'notes', inputLines(records));
  await ingest(store, { workers: 0 });
}

/** A folder for one example, with a file that holds it. */
export async function placeExample(examples: string, name: string, file: string, code: string): Promise<string> {
  const folder = join(examples, name);
  await cp(join(examples, 'template'), folder, { recursive: true });
  await writeFile(join(folder, file), code);
  return folder;
}

export interface ExampleRun {
  readonly exitCode: number | null;
  /** What it wrote, to whichever stream. */
  readonly text: string;
}

/** Runs a JavaScript or TypeScript program. */
export async function runProgram(folder: string, program: string, ...argv: string[]): Promise<ExampleRun> {
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (text += piece.toString()));
  const exitCode = await new Promise<number | null>((settle) => child.on('close', settle));
  return { exitCode, text };
}
