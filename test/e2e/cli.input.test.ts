// Would catch: input that is half taken, an error that does not say what to do, and settings that are not read.
import { access, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectionNames, first, recordLines, runJson, temporaryFolder } from './run-alluvium.ts';

const records = recordLines(20);

let folder = '';
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterAll(async () => remove());

test('a bad line is named, nothing is submitted; --skip-invalid leaves it out', async () => {
  await writeFile(join(folder, 'bad.jsonl'), [...records.slice(0, 3), '{"id": "x"', ''].join('\n'));
  const refused = await alluvium('submit', 'bad.jsonl', '-c', 'bad');
  expect(refused.exitCode).toBe(2);
  expect(refused.json).toMatchObject({ error: { kind: 'Invalid', details: { line: 4 } } });
  expect(collectionNames(await alluvium('status'))).not.toContain('bad');
  const taken = await alluvium('submit', 'bad.jsonl', '-c', 'bad', '--skip-invalid');
  expect(taken.exitCode).toBe(0);
  expect(taken.json).toMatchObject({ records: 3, invalid: 1 });
  expect(taken.messages).toContain('left out: line 4 is not JSON');
});

test('a missing field names those found, and the flag', async () => {
  await writeFile(join(folder, 'table.csv'), 'sku,title,brand\n1,mug,b\n2,"cup, ""blue""",c\n');
  const refused = await alluvium('submit', 'table.csv', '-c', 'table');
  expect(refused.exitCode).toBe(2);
  expect(refused.json).toMatchObject({
    error: { message: 'the header has no field "id"; found: sku, title, brand; name the id field with --id-field' },
  });
  const taken = await alluvium('submit', 'table.csv', '-c', 'table', '--id-field', 'sku', '--text-field', 'title');
  expect(taken.json).toMatchObject({ collection: 'table', records: 2 });
});

test('a file that is not there is NotFound, and makes no store', async () => {
  const { exitCode, json } = await alluvium('submit', 'absent.jsonl', '--store', 'elsewhere');
  expect(exitCode).toBe(2);
  expect(json).toMatchObject({ error: { kind: 'NotFound', message: 'there is no file absent.jsonl' } });
  await expect(access(join(folder, 'elsewhere'))).rejects.toThrow('ENOENT');
});

test('a file that is cut short submits nothing', async () => {
  const packed = gzipSync(records.join('\n'));
  await writeFile(join(folder, 'cut.jsonl.gz'), packed.subarray(0, packed.length - 5));
  const { exitCode, json } = await alluvium('submit', 'cut.jsonl.gz', '-c', 'cut');
  expect(exitCode).toBe(2);
  expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'input-gzip' } });
  expect(collectionNames(await alluvium('status'))).not.toContain('cut');
});

test('a collection name that is none', async () => {
  const { exitCode, json } = await alluvium('submit', 'bad.jsonl', '-c', 'No!');
  expect(exitCode).toBe(2);
  expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'collection-name' } });
});

test('another stage is refused', async () => {
  const { exitCode, json } = await alluvium('status', '--stage', 'prod');
  expect(exitCode).toBe(2);
  expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'stage-mismatch' } });
});

test('standard input, the environment and the configuration file are read', async () => {
  const own = await mkdtemp(join(folder, 'settings-'));
  await writeFile(
    join(own, 'alluvium.config.ts'),
    'const size: number = 2;\nexport default { recordsPerBatch: size };\n',
  );
  const how = {
    directory: own,
    input: records.slice(0, 5).join('\n'),
    environment: { ALLUVIUM_STORE: 'from-env' },
  };
  const { json } = await runJson(how, 'submit', '-');
  expect(json).toMatchObject({ records: 5, batches: 3 });
  await access(join(own, 'from-env', 'alluvium.json'));
});

test('a provider of the configuration embeds what it is given, in the workers too', async () => {
  const own = await mkdtemp(join(folder, 'provider-'));
  const embedWith = new URL('../../src/provider/embed-with.ts', import.meta.url);
  await writeFile(
    join(own, 'alluvium.config.mjs'),
    `import { embedWith } from ${JSON.stringify(embedWith.href)};
    const embed = (texts) => texts.map((text) => [text.length, 1]);
    export default { providers: [embedWith(embed, { name: 'lengths', model: 'lengths-1', dimension: 2 })] };`,
  );
  const how = {
    directory: own,
    input: ['a', 'bb', 'ccccccccc'].map((id) => JSON.stringify({ id, document: id })).join('\n'),
  };
  expect((await runJson(how, 'submit', '-', '--provider', 'lengths')).json).toMatchObject({ records: 3 });
  expect((await runJson(how, 'ingest')).json).toMatchObject({
    outcome: 'Complete',
    collections: [{ published: 3 }],
  });
  expect(first((await runJson(how, 'query', 'dddddddddd', '-k', '1')).json, 'results')['id']).toBe('ccccccccc');
  const byVector = await runJson(how, 'query', '--vector', '[1, 1]', '-k', '1');
  expect(first(byVector.json, 'results')).toMatchObject({ id: 'a' });
});

async function alluvium(...argv: string[]): ReturnType<typeof runJson> {
  return runJson({ directory: folder }, ...argv);
}
