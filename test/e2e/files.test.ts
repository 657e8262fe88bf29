// Would catch: a hand-in by way of files that loses a record, pays for one twice, or cannot be gone on with after a crash.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AlluviumError,
  audit,
  ingest,
  inputLines,
  MemoryStore,
  openOn,
  readRows,
  submit,
  verify,
} from '../../src/index.ts';
import { answerRequests, errorAnswer, madeUpVector } from '../answer-requests.ts';
import { all, recordLines, run, runJson, temporaryFolder } from './run-alluvium.ts';

const dimension = 16;
const options = { provider: 'files', model: 'text-embedding-3-small', dimension, recordsPerBatch: 10 };

let root = '';
let folder = '';
let remove = async (): Promise<void> => undefined;

beforeEach(async () => {
  ({ folder: root, remove } = await temporaryFolder());
  folder = join(root, 'batches');
});
afterEach(async () => remove());

const records = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `r${n}`, document: `text ${n}` }));

const requestNames = async (): Promise<string[]> =>
  (await readdir(folder)).filter((name) => /^[0-9a-f-]+\.jsonl$/.test(name));

async function handIn(count = 25, more: Partial<Parameters<typeof submit>[3]> = {}) {
  const memory = new MemoryStore();
  const store = await openOn(memory, { create: true });
  await submit(store, 'lines', inputLines(records(count)), { ...options, folder, ...more });
  return { memory, store };
}

test('what is handed in waits for its answers, and is published with exactly those', async () => {
  const { memory, store } = await handIn();
  expect(await requestNames()).toHaveLength(3);
  expect(await ingest(store, { workers: 0 })).toMatchObject({
    outcome: 'Complete',
    collections: [{ pending: 25, published: 0 }],
  });

  await answerRequests(folder, { dimension, files: 4 });
  expect(await ingest(store, { workers: 0 })).toMatchObject({
    outcome: 'Complete',
    collections: [{ pending: 0, published: 25 }],
  });
  for await (const { id, document, vector } of readRows(memory, 'lines')) {
    expect(vector, id).toEqual(madeUpVector(document ?? '', dimension));
  }
  expect(await audit(store)).toMatchObject({ balanced: true });
  expect(await verify(store)).toMatchObject({ rows: 25, damaged: [], foreign: [] });
});

test('batches come home one by one, as their answers come', async () => {
  const { store } = await handIn();
  const [first = ''] = (await requestNames()).toSorted();
  await answerRequests(folder, {
    dimension,
    answer: ({ customId }, good) => (customId.startsWith(first.slice(0, -'.jsonl'.length)) ? [good] : []),
  });
  expect(await ingest(store, { workers: 0 })).toMatchObject({
    outcome: 'Complete',
    collections: [{ pending: 15, published: 10 }],
  });
  await answerRequests(folder, { dimension, seed: 2 });
  expect(await ingest(store, { workers: 0 })).toMatchObject({
    outcome: 'Complete',
    collections: [{ pending: 0, published: 15 }],
  });
});

test('a hand-in that died before its request files were written is mended by the next ingest', async () => {
  const { store } = await handIn();
  const before = (await requestNames()).toSorted();
  await rm(join(folder, before[1] ?? ''));
  await ingest(store, { workers: 0 });
  expect((await requestNames()).toSorted()).toEqual(before);
});

test('request files that cannot be written undo nothing, and the error says what to do', async () => {
  const { memory, store } = await handIn();
  const blocked = join(root, 'blocked');
  await mkdir(blocked);
  const input = records(30).map(({ id, document }) => ({ id, document: `${document}, changed` }));
  const put = memory.put.bind(memory);
  memory.put = async (key, body, putting) => {
    const result = await put(key, body, putting);
    // The folder goes away in the moment of the commit.
    if (key.includes('/submissions/')) await rm(blocked, { recursive: true });
    return result;
  };
  const second = submit(store, 'lines', inputLines(input), { ...options, folder: blocked });
  await expect(second).rejects.toMatchObject({
    kind: 'Unavailable',
    code: 'requests-unwritten',
    hint: expect.any(String),
  });
  memory.put = put;

  await mkdir(blocked);
  expect(await ingest(store, { workers: 0 })).toMatchObject({ collections: [{ pending: 55 }] });
  await answerRequests(blocked, { dimension });
  await answerRequests(folder, { dimension });
  expect(await ingest(store, { workers: 0 })).toMatchObject({
    collections: [{ published: 30, superseded: 25, pending: 0 }],
  });
  expect(await audit(store)).toMatchObject({ balanced: true });
});

test('a commit whose answer is lost is not undone', async () => {
  const { memory, store } = await handIn();
  const put = memory.put.bind(memory);
  memory.put = async (key, body, putting) => {
    const result = await put(key, body, putting);
    if (!key.includes('/submissions/')) return result;
    throw new AlluviumError({ kind: 'Unavailable', code: 'made-up', message: 'the answer is lost' });
  };
  const second = submit(store, 'lines', inputLines(records(30)), { ...options, folder });
  await second.catch((error: unknown) => expect(error).toMatchObject({ code: 'made-up' }));
  memory.put = put;
  await ingest(store, { workers: 0 });
  await answerRequests(folder, { dimension });
  expect(await ingest(store, { workers: 0 })).toMatchObject({ outcome: 'Complete', collections: [{ pending: 0 }] });
  expect(await verify(store)).toMatchObject({ rows: 30, damaged: [] });
});

test('the folder of the last hand-in is the default of the next one', async () => {
  const { store } = await handIn();
  const more = inputLines(records(35).slice(25));
  await submit(store, 'lines', more, { recordsPerBatch: 10 });
  expect(await requestNames()).toHaveLength(4);
});

test('a folder is needed by provider files, and by no other', async () => {
  const store = await openOn(new MemoryStore(), { create: true });
  const lines = () => inputLines(records(1));
  const refused = async (how: Parameters<typeof submit>[3]) =>
    submit(store, 'lines', lines(), how).catch((error: unknown) => error);
  expect(await refused(options)).toMatchObject({ kind: 'Invalid', code: 'folder-unstated' });
  expect(await refused({ provider: 'local', folder })).toMatchObject({ kind: 'Invalid', code: 'folder-unused' });
  expect(await refused({ provider: 'files', folder })).toMatchObject({ kind: 'Invalid', code: 'files-space' });
  expect(await readdir(root)).toEqual([]);
});

test('records of an expired batch become residue that says why; all others are published (F17)', async () => {
  const { store } = await handIn();
  await answerRequests(folder, {
    dimension,
    answer: (asked, good) => [asked.customId.endsWith('/4') ? errorAnswer(asked, 'batch_expired') : good],
  });
  const { outcome, collections } = await ingest(store, { workers: 0 });
  expect(outcome).toBe('CompleteWithQuarantine');
  expect(collections).toMatchObject([{ published: 22, residue: 3, pending: 0 }]);
  expect(await audit(store)).toMatchObject({ balanced: true });
});

test('from the command line: request files beside the caller, answers taken by worker processes, files for the owner only', async () => {
  const input = recordLines(30).join('\n');
  const flags = ['--provider', 'files', '--folder', 'batches', '--model', 'm', '--dimension', String(dimension)];
  const submitted = await runJson({ directory: root, input }, 'submit', '-', '--records-per-batch', '5', ...flags);
  expect(submitted.json).toMatchObject({ records: 30, batches: 6, sequence: 1 });
  const [name = '', ...others] = await requestNames();
  expect(others).toHaveLength(5);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await answerRequests(folder, { dimension, files: 3 });
  await writeFile(
    join(folder, 'half-copied.jsonl'),
    (await readFile(join(folder, 'output-1-0.jsonl'))).subarray(0, 99),
  );
  const ingested = await runJson({ directory: root }, 'ingest', '--workers', '2');
  expect(ingested.json).toMatchObject({ outcome: 'Complete' });
  expect(all(ingested.json, 'collections')).toMatchObject([{ batches: 6, published: 30, pending: 0 }]);

  const query = await run({ directory: root }, 'query', 'some text');
  expect(query).toMatchObject({ exitCode: 2, messages: expect.stringContaining('cannot embed a query') });
});
