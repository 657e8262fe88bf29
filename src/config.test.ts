// Would catch: a configuration that is ignored, half understood, or silently taken from the wrong file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from './config.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-config-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('a folder without a configuration has an empty one', async () => {
  expect(await loadConfig(undefined, folder)).toEqual({ config: {}, path: null });
});

test.each([
  ['alluvium.config.ts', 'const n: number = 3;\nexport default { store: "s", workers: n };'],
  ['alluvium.config.js', 'export default { store: "s", workers: 3 };'],
  ['alluvium.config.mjs', 'export default { store: "s", workers: 3 };'],
  ['alluvium.config.json', '{ "store": "s", "workers": 3 }'],
])('%s is found and read', async (name, text) => {
  const path = await file(name, text);
  expect(await loadConfig(undefined, folder)).toEqual({ config: { store: 's', workers: 3 }, path });
});

test('a named configuration is read instead', async () => {
  await file('alluvium.config.json', '{ "store": "found" }');
  const path = await file('other.json', '{ "store": "named" }');
  expect(await loadConfig('other.json', folder)).toEqual({ config: { store: 'named' }, path });
});

test('a named configuration must be there', async () => {
  await expect(loadConfig('absent.ts', folder)).rejects.toMatchObject({ kind: 'NotFound', code: 'config-file' });
});

test('providers of one’s own are kept as they are', async () => {
  await file('alluvium.config.mjs', 'export default { providers: [{ name: "own", embed() {}, submit() {} }] };');
  const { config } = await loadConfig(undefined, folder);
  expect(config.providers?.map(({ name }) => name)).toEqual(['own']);
});

test.each([
  ['{ "concurency": 5 }', 'config-key', /^unknown key "concurency" in .*; known: store, stage, workers, concurrency/],
  ['{ "concurrency": "5" }', 'config-value', /^"concurrency" must be a number: /],
  ['{ "store": 5 }', 'config-value', /^"store" must be a string: /],
  ['{ "providers": [{ "name": "own" }] }', 'config-value', /^"providers" must be a list of providers: /],
  ['[]', 'config-export', /default export is not an object/],
  ['{ "store": ', 'config-load', /^the configuration cannot be loaded: /],
])('%s is refused', async (text, code, message) => {
  await file('alluvium.config.json', text);
  const loading = loadConfig(undefined, folder);
  await expect(loading).rejects.toMatchObject({ kind: 'Invalid', code });
  await expect(loading).rejects.toThrow(message);
});

test('a module without a default export, or with a mistake, is refused with its reason', async () => {
  const empty = await file('empty.mjs', 'export const store = "s";');
  await expect(loadConfig(empty, folder)).rejects.toMatchObject({ kind: 'Invalid', code: 'config-export' });
  const wrong = await file('wrong.mjs', 'throw new Error("no such city");');
  await expect(loadConfig(wrong, folder)).rejects.toMatchObject({
    code: 'config-load',
    details: { reason: 'no such city' },
  });
});

test('of two configurations none is guessed', async () => {
  await file('alluvium.config.ts', 'export default {};');
  await file('alluvium.config.json', '{}');
  await expect(loadConfig(undefined, folder)).rejects.toThrow(
    'there are two configuration files, keep one: alluvium.config.ts, alluvium.config.json',
  );
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
