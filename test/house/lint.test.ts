// Bug it would catch: a ban of the house style that silently stopped biting, because a rule was renamed or an override shadowed it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layers } from '../../oxlint.config.ts';
import { banned, houseRules, imports } from './fixtures.ts';

const root = resolve(import.meta.dirname, '../..');
const fixtures = [...imports, ...banned, ...houseRules];

let house: string;
const found = new Map<string, string[]>();

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'alluvium-house-'));
  await Promise.all(['oxlint.config.ts', 'tsconfig.json'].map((file) => cp(join(root, file), join(house, file))));
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'));
  for (const { path, text } of fixtures) {
    await mkdir(dirname(join(house, path)), { recursive: true });
    await writeFile(join(house, path), text);
  }
  for (const { filename, code } of lint(house)) found.set(filename, [...(found.get(filename) ?? []), code]);
});

afterAll(async () => {
  await rm(house, { recursive: true, force: true });
});

test.each([
  ['imports point one way', imports],
  ['time and randomness live in src/runtime', banned],
  ['each rule of the house bites', houseRules],
])('%s', (_, cases) => {
  const actual = Object.fromEntries(cases.map(({ path }) => [path, [...new Set(found.get(path))]]));
  const expected = Object.fromEntries(cases.map(({ path, breaks }) => [path, breaks === null ? [] : [breaks]]));
  expect(actual).toEqual(expected);
});

const names = readdirSync(join(root, 'src'))
  .filter((name) => !name.endsWith('.test.ts'))
  .map((name) => parse(name).name);

test('whatever lies in src has its layer, and nothing else has', () => {
  expect(layers.flat().toSorted()).toEqual(names.toSorted());
});

test('ARCHITECTURE.md names whatever lies in src', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  expect(names.filter((name) => !text.includes(`\`src/${name}/\``) && !text.includes(`\`src/${name}.ts\``))).toEqual(
    [],
  );
});

function lint(cwd: string): { filename: string; code: string }[] {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const command = [oxlint, '--type-aware', '--format=json', 'src'];
  // It exits with 1 because it finds something: only a missing report is a failure.
  const { stdout } = spawnSync(process.execPath, command, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] }).diagnostics;
}
