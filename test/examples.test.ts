// Catches an example that a reader would copy and that does not compile, does not run, or tells of an API of yesterday.
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as library from '../src/index.ts';
import { blocksOfMarkdown, examplesOf } from './code-blocks.ts';
import { makeExamplesFolder, placeExample, runProgram } from './example-folder.ts';

const root = resolve(import.meta.dirname, '..');
const bin = join(root, 'bin/alluvium.js');
const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');

const readme = blocksOfMarkdown(readFileSync(join(root, 'README.md'), 'utf8'));
const examples = publicModules().flatMap((path) => examplesOf(readFileSync(path, 'utf8')));
const names = Object.keys(library);

let folder = '';

beforeAll(async () => {
  folder = await makeExamplesFolder();
  for (const [index, { subject, code }] of examples.entries()) {
    await placeExample(folder, `${index}-${subject}`, 'example.ts', programOf(code));
  }
  for (const { subject, code } of readme) await placeExample(folder, `readme-${subject}`, fileOf(code), code);
});
afterAll(async () => rm(folder, { recursive: true }));

test('every function of the library has an example', () => {
  const functions = Object.entries(library).filter(([, value]) => typeof value === 'function' && !isClass(value));
  const shown = new Set(examples.map(({ subject }) => subject));
  expect(functions.map(([name]) => name).filter((name) => !shown.has(name))).toEqual([]);
});

test('every example compiles', async () => {
  expect(await runProgram(folder, compiler, '-p', folder)).toEqual({ exitCode: 0, text: '' });
});

test('every example runs', async () => {
  // In one process, which need not load the library once for each.
  const runs = examples.map(({ subject }, index) => runOf(join(folder, `${index}-${subject}`)));
  await writeFile(join(folder, 'all.ts'), runs.join(''));
  const { exitCode, text } = await runProgram(folder, 'all.ts');
  expect(exitCode, text).toBe(0);
});

test('the README shows how to use the library', async () => {
  const { exitCode, text } = await runProgram(join(folder, 'readme-Library'), 'example.ts');
  expect(exitCode, text).toBe(0);
  expect(text).toMatch(/^Complete \[\s*\{\s*id: 'delta'/);
});

test('the README shows a configuration that the command line takes', async () => {
  const own = join(folder, 'readme-Configuration');
  const commands = [['submit', 'notes.jsonl', '--provider', 'embedWith'], ['ingest'], ['query', 'The sea']];
  for (const command of commands) {
    const { exitCode, text } = await runProgram(own, bin, ...command, '--store', 'fresh');
    expect(exitCode, text).toBe(0);
  }
});

/** The modules that the library's names come from, and its own. */
function publicModules(): string[] {
  const index = join(root, 'src/index.ts');
  const sources = readFileSync(index, 'utf8').matchAll(/from '(\.\/[^']+)'/g);
  return [index, ...[...sources].map(([, source = '']) => join(root, 'src', source))];
}

function isClass(value: unknown): boolean {
  return String(value).startsWith('class ');
}

/** A snippet in a comment leaves out what its reader knows: the imports, and where the store comes from. */
function programOf(code: string): string {
  const isWhole = code.includes("from 'alluvium'");
  const needsStore = /\bstore\b(?!:)/.test(code) && !code.includes('const store =') && !isWhole;
  const imports = isWhole ? '' : `import { ${names.join(', ')} } from 'alluvium';\n`;
  const store = needsStore ? "const store = await openStore('./.alluvium');\n" : '';
  return `${imports}${store}${code}`;
}

function runOf(directory: string): string {
  const path = JSON.stringify(join(directory, 'example.ts'));
  return `process.chdir(${JSON.stringify(directory)});\nawait import(${path});\n`;
}

/** A block that begins with a file's name is that file. */
function fileOf(code: string): string {
  return /^\/\/ ([\w.-]+)\n/.exec(code)?.[1] ?? 'example.ts';
}
