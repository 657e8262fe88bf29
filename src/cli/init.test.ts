// Would catch: a configuration to begin with that does not load, changes something, or replaces one that somebody has written.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run, runJson, temporaryFolder } from '../../test/e2e/run-alluvium.ts';

let directory = '';
let remove = async (): Promise<void> => undefined;

beforeEach(async () => {
  ({ folder: directory, remove } = await temporaryFolder());
});
afterEach(async () => remove());

/** The lines of the configuration that say something. */
async function saidLines(): Promise<string[]> {
  const lines = (await readFile(join(directory, 'alluvium.config.ts'), 'utf8')).split('\n');
  return lines.filter((line) => /^ +\w/.test(line));
}

test('it writes a configuration that changes nothing, and makes the store', async () => {
  const { exitCode, json } = await runJson({ directory }, 'init');
  expect(exitCode).toBe(0);
  const store: unknown = expect.stringMatching(/^file:.*\/\.alluvium$/);
  expect(json).toEqual({ config: join(directory, 'alluvium.config.ts'), store, stage: 'dev' });
  expect(await saidLines()).toEqual([]);
  expect((await runJson({ directory }, 'status')).json).toEqual({ stage: 'dev', collections: [] });
});

test('what it was told is in it, so that later commands need not be told again', async () => {
  const { output } = await run({ directory }, 'init', '--store', "./it's", '--stage', 'prod');
  expect(output).toMatch(
    /^wrote .*alluvium\.config\.ts\nthe store is file:.*\/it's, stage prod\nnext: alluvium submit FILE\n$/,
  );
  expect(await saidLines()).toEqual([`  store: "./it's",`, '  stage: "prod",']);
  expect((await run({ directory }, 'status')).output).toMatch(/\/it's, stage prod\n/);
});

test.each(['alluvium.config.ts', 'alluvium.config.mjs', 'alluvium.config.json'])(
  '%s is left as it is',
  async (name) => {
    const own = name.endsWith('.json') ? '{}' : 'export default {};';
    await writeFile(join(directory, name), own);
    const { exitCode, json } = await runJson({ directory }, 'init');
    expect(exitCode).toBe(4);
    expect(json).toMatchObject({
      error: { kind: 'Conflict', code: 'config-exists', details: { path: join(directory, name) } },
    });
    expect(await readFile(join(directory, name), 'utf8')).toBe(own);
  },
);
