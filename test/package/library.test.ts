// Catches a package that cannot be imported, or whose types a compiler does not find, and takes for `any` instead.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, inject, test } from 'vitest';
import { blocksOfMarkdown } from '../code-blocks.ts';
import { supportedNodes } from './nodes.ts';
import { runOn } from './run-installed.ts';

const root = resolve(import.meta.dirname, '../..');
const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
const { project } = inject('installed');

/** Each `@ts-expect-error` is an error of its own where the line below it is none. */
const consumer = `
import { AlluviumError, defineConfig, embedWith, type IngestResult, ingest, openStore, query, readRows } from 'alluvium';

const provider = embedWith(async (texts) => texts.map(() => [1, 2, 3]), { model: 'ones', dimension: 3 });
export default defineConfig({ providers: [provider], workers: 2 });

const store = await openStore('./store', { create: true });
const result: IngestResult = await ingest(store, { onEvent: (event) => console.log(event.type) });
const versions: (number | null)[] = result.collections.map(({ version }) => version);
for await (const { id, vector } of readRows(store.store, 'notes')) console.log(id.toUpperCase(), vector?.length, versions);
try {
  await query(store, { collection: 'notes', text: 'sand', k: 3 });
} catch (error) {
  if (error instanceof AlluviumError && error.kind === 'NotFound') console.log(error.hint?.length);
}

// @ts-expect-error a misspelled import
import { ingst } from 'alluvium';
// @ts-expect-error a misspelled option
await ingest(store, { worker: 2 });
// @ts-expect-error a kind of error that there is none of
if (new Error() instanceof AlluviumError && new AlluviumError({} as never).kind === 'NotThere') console.log(ingst);
// @ts-expect-error a vector is no text
await query(store, { collection: 'notes', text: [1, 2, 3] });
`;

test.each([
  ['nodenext', 'nodenext'],
  ['preserve', 'bundler'],
])('the types are found, and are not any: module %s, moduleResolution %s', (module, moduleResolution) => {
  const folder = join(project, `types-${moduleResolution}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'consumer.ts'), consumer);
  const compilerOptions = {
    module,
    moduleResolution,
    target: 'es2022',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

for (const node of supportedNodes) {
  test.skipIf(!node.isInstalled)(`the library of the README runs on ${node.name}`, () => {
    const folder = mkdtempSync(join(project, 'library-'));
    writeFileSync(join(folder, 'library.ts'), libraryOfReadme());
    const { exitCode, output, messages } = runOn(node, folder, 'node', 'library.ts');
    expect(exitCode, messages).toBe(0);
    expect(output).toMatch(/^Complete \[/);
  });
}

function libraryOfReadme(): string {
  const blocks = blocksOfMarkdown(readFileSync(join(root, 'README.md'), 'utf8'));
  return blocks.find(({ subject }) => subject === 'Library')?.code ?? '';
}
