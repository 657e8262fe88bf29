// The bug it would catch: an answer that lies in the folder is missed, taken for another's, or taken before it is all there (F15–F17, F47).
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  answerRequests,
  type AnsweringOptions,
  errorAnswer,
  goodAnswer,
  madeUpVector,
  readRequests,
} from '../../test/answer-requests.ts';
import { vectorBytes, sha256 } from '../domain/digest.ts';
import type { RequestLine } from '../domain/facts.ts';
import { type Answers, readAnswers } from './answers.ts';
import { encodeVector } from './batch-lines.ts';
import { filesProvider } from './files.ts';

const dimension = 8;
const settleMs = 60_000;

let folder = '';
/** How much later than the files it is. */
let later = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-files-'));
  later = 0;
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const open = (model = 'text-embedding-3-small') =>
  filesProvider({ model, dimension, folder, settleMs, now: () => new Date(Date.now() + later).toISOString() });

function request(records: number, batchId = 'batch-a') {
  const lines = Array.from({ length: records }, (_, n): RequestLine => ({
    n,
    line: n + 1,
    id: `id-${n}`,
    document: `text ${n} of ${batchId}`,
    metadata: null,
  }));
  return { batchId, lines };
}

const pathOf = (name: string): string => join(folder, name);
const answer = async (options: Partial<AnsweringOptions> = {}) => answerRequests(folder, { dimension, ...options });

/** What a new look at the folder finds: the batch's answers, or null where it is not complete. */
async function take(records: number, batchId = 'batch-a'): Promise<Answers | null> {
  const provider = open();
  const { lines } = request(records, batchId);
  const { jobId } = await provider.submit({ batchId, lines }, {});
  if ((await provider.poll(jobId, {})).state !== 'finished') return null;
  return readAnswers({
    batchId,
    lines,
    output: provider.output(jobId, {}),
    errors: provider.errors(jobId, {}),
    dimension,
    digestOf: (_, vector) => sha256(vectorBytes(vector)),
  });
}

const clean = { residue: [], strays: [] };

test('a request file is what the Batch API takes, and only a model that can is asked for a dimension', async () => {
  await open().submit(request(2), {});
  await open('text-embedding-ada-002').submit(request(1, 'batch-b'), {});
  const lines = (await readFile(pathOf('batch-a.jsonl'), 'utf8')).split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[1] ?? '')).toEqual({
    custom_id: 'batch-a/1',
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: 'text-embedding-3-small', input: 'text 1 of batch-a', dimensions: 8, encoding_format: 'base64' },
  });
  expect(JSON.parse(await readFile(pathOf('batch-b.jsonl'), 'utf8'))).toMatchObject({
    body: { model: 'text-embedding-ada-002', input: 'text 0 of batch-b', encoding_format: 'base64' },
  });
  expect(await readFile(pathOf('batch-b.jsonl'), 'utf8')).not.toContain('dimensions');
  expect((await readdir(folder)).toSorted()).toEqual(['batch-a.jsonl', 'batch-b.jsonl']);
});

test('a missing request file is written again, unless somebody has the request or has answered it', async () => {
  const provider = open();
  await provider.submit(request(2), {});
  await rm(pathOf('batch-a.jsonl'));
  await open().submit(request(2), {});
  expect(await readdir(folder)).toEqual(['batch-a.jsonl']);

  await mkdir(pathOf('uploaded'));
  await rename(pathOf('batch-a.jsonl'), pathOf('uploaded/first.jsonl'));
  await open().submit(request(2), {});
  expect(await readdir(folder)).toEqual(['uploaded']);

  await open().submit(request(2, 'batch-b'), {});
  await answer({ files: 1 });
  await rm(pathOf('batch-b.jsonl'));
  await open().submit(request(2, 'batch-b'), {});
  expect((await readdir(folder)).toSorted()).toEqual(['output-1-0.jsonl', 'uploaded']);
});

test('without answers a batch is on its way, for ever', async () => {
  later = settleMs * 1_000;
  expect(await take(3)).toBeNull();
});

test('answers in any order, under any name, in any file make a batch complete at once', async () => {
  await open().submit(request(20), {});
  await open().submit(request(7, 'batch-b'), {});
  await answer({ files: 3, seed: 7, name: (file) => `whatever ${file}.jsonl` });
  await mkdir(pathOf('below'));
  await rename(pathOf('whatever 1.jsonl'), pathOf('below/renamed.jsonl'));
  const taken = await take(20);
  expect(taken).toMatchObject(clean);
  const texts = request(20).lines.map(({ document }) => document ?? '');
  expect(taken?.vectors).toEqual(texts.map((text) => madeUpVector(text, dimension)));
  expect(await take(7, 'batch-b')).toMatchObject(clean);
});

test('an answer file may take the name of the request file', async () => {
  await open().submit(request(3), {});
  await answer({ name: () => 'batch-a.jsonl' });
  expect(await take(3)).toMatchObject(clean);
});

test('two levels below, hidden, or under another ending, a file is not there', async () => {
  await open().submit(request(2), {});
  await mkdir(pathOf('one/two'), { recursive: true });
  await mkdir(pathOf('.hidden'));
  for (const name of ['one/two/x.jsonl', '.hidden/x.jsonl', '.x.jsonl', 'x.jsonl.part', 'x.json']) {
    await answer({ name: () => name });
    expect(await take(2), name).toBeNull();
  }
  await answer({ name: () => 'one/x.jsonl' });
  expect(await take(2)).not.toBeNull();
});

test('a batch whose files lack answers waits until they have not changed for a while', async () => {
  await open().submit(request(3), {});
  await answer({ answer: ({ customId }, good) => (customId.endsWith('/1') ? [] : [good]) });
  expect(await take(3)).toBeNull();
  later = settleMs - 5_000;
  expect(await take(3)).toBeNull();
  later = settleMs + 1;
  expect(await take(3)).toMatchObject({ residue: [{ n: 1, code: 'no-answer', status: 'retryable' }], strays: [] });
});

test('a half-copied file is waited for: answers that come later are not lost', async () => {
  await open().submit(request(4), {});
  const [path = ''] = await answer();
  const text = await readFile(path, 'utf8');
  for (const length of [text.length - 1, text.length - 20, Math.floor(text.length / 2)]) {
    await writeFile(path, text.slice(0, length));
    expect(await take(4), `${length} of ${text.length} bytes`).toBeNull();
  }
  await writeFile(path, text.slice(0, text.length / 2));
  expect(await take(4)).toBeNull();
  await appendFile(path, text.slice(text.length / 2));
  expect(await take(4)).toMatchObject(clean);
});

test('a file that ends within a line keeps every batch waiting that is not answered without it', async () => {
  await open().submit(request(2), {});
  await open().submit(request(2, 'batch-b'), {});
  await answer({ answer: ({ customId }, good) => (customId === 'batch-a/0' ? [] : [good]) });
  later = settleMs * 2;
  expect(await take(2)).not.toBeNull();

  later = 0;
  await writeFile(pathOf('second.jsonl'), '{"id": "no-one-knows-yet", "custom_');
  await writeFile(pathOf('output-1-0.jsonl.done'), '');
  expect(await take(2)).toBeNull();
  expect(await take(2, 'batch-b')).toMatchObject(clean);
  later = settleMs * 2;
  expect(await take(2)).toMatchObject({ residue: [{ n: 0 }] });
});

test('a file that ends within a line for good is taken as it is: the half line answers nothing', async () => {
  await open().submit(request(2), {});
  const [path = ''] = await answer();
  await writeFile(path, (await readFile(path)).subarray(0, -10));
  expect(await take(2)).toBeNull();
  later = settleMs * 2;
  const taken = await take(2);
  expect(taken?.residue).toMatchObject([{ code: 'no-answer' }]);
  expect(taken?.strays).toMatchObject([{ code: 'unparsable-line' }]);
});

test('a file of half a line mentions its batch as far as it can be read', async () => {
  await open().submit(request(1), {});
  const [path = ''] = await answer();
  await writeFile(path, (await readFile(path)).subarray(0, -10));
  later = settleMs * 2;
  expect(await take(1)).toMatchObject({ residue: [{ code: 'no-answer' }], strays: [{ code: 'unparsable-line' }] });
});

test('a copy that keeps the old time of its file is as new as it is', async () => {
  await open().submit(request(2), {});
  const [path = ''] = await answer({ answer: ({ customId }, good) => (customId.endsWith('/1') ? [] : [good]) });
  await utimes(path, 0, 0);
  expect(await take(2)).toBeNull();
  later = settleMs * 2;
  expect(await take(2)).not.toBeNull();
});

test('answers that a file no longer holds do not count', async () => {
  await open().submit(request(3), {});
  const [path = ''] = await answer({ answer: ({ customId }, good) => (customId.endsWith('/2') ? [] : [good]) });
  expect(await take(3)).toBeNull();
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.slice(text.indexOf('\n') + 1));
  await answer({ seed: 2, answer: ({ customId }, good) => (customId.endsWith('/2') ? [good] : []) });
  expect(await take(3)).toBeNull();
  await writeFile(path, text);
  expect(await take(3)).toMatchObject(clean);
});

test.skipIf(!existsSync('/proc/self/io'))('a file is read once, for all batches', async () => {
  const readBytes = (): number => Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  const batchIds = ['batch-a', 'batch-b', 'batch-c', 'batch-d'];
  for (const batchId of batchIds) await open().submit(request(500, batchId), {});
  const [path = ''] = await answer();
  const { size } = await stat(path);
  expect(await take(500)).toMatchObject(clean);
  const before = readBytes();
  for (const batchId of batchIds) expect(await take(500, batchId)).toMatchObject(clean);
  expect(await take(1, 'batch-e')).toBeNull();
  // The answers of the four batches once more, and the request file of the fifth.
  expect(readBytes() - before).toBeLessThan(size * 1.5);
});

test('a .done beside it ends the wait, for each file of its own', async () => {
  await open().submit(request(4), {});
  const [first = '', second = ''] = await answer({
    files: 2,
    answer: ({ customId }, good) => (customId.endsWith('/3') ? [] : [good]),
  });
  await writeFile(`${first}.done`, '');
  expect(await take(4)).toBeNull();
  await writeFile(`${second}.done`, '');
  expect(await take(4)).toMatchObject({ residue: [{ n: 3, code: 'no-answer' }] });
});

test('the error file of a completed batch counts (F16), and a record that both files answer has its vector', async () => {
  await open().submit(request(4), {});
  const requests = await readRequests(folder);
  const good = (n: number): string =>
    requests
      .slice(n, n + 1)
      .map((asked) => `${goodAnswer(asked, dimension)}\n`)
      .join('');
  const bad = (n: number): string =>
    requests
      .slice(n, n + 1)
      .map((asked) => `${errorAnswer(asked, 'too_long', 400)}\n`)
      .join('');
  await writeFile(pathOf('output.jsonl'), good(0) + good(2));
  expect(await take(4)).toBeNull();
  await writeFile(pathOf('error.jsonl'), bad(1) + bad(2) + bad(3));
  const taken = await take(4);
  expect(taken?.residue).toMatchObject([
    { n: 1, code: 'provider-refused', status: 'rejected' },
    { n: 3, code: 'provider-refused', status: 'rejected' },
  ]);
  expect(taken?.vectors.map((vector) => vector !== null)).toEqual([true, false, true, false]);
});

test('an expired batch brings what it has; the rest may be sent again (F17)', async () => {
  await open().submit(request(3), {});
  await answer({
    answer: (asked, good) => [asked.customId.endsWith('/0') ? good : errorAnswer(asked, 'batch_expired')],
  });
  expect((await take(3))?.residue).toMatchObject([
    { n: 1, code: 'provider-error', status: 'retryable', message: expect.stringContaining('batch_expired') },
    { n: 2, code: 'provider-error', status: 'retryable' },
  ]);
});

test('a batch whose every request failed is complete, and every record says why (F16)', async () => {
  await open().submit(request(2), {});
  await answer({ answer: (asked) => [errorAnswer(asked, 'server_error', 500)] });
  expect((await take(2))?.residue).toMatchObject([{ code: 'provider-error' }, { code: 'provider-error' }]);
});

test('a vector of a quarter of the length is named (F47)', async () => {
  await open().submit(request(1), {});
  const short = encodeVector(Float32Array.of(1, 2));
  await answer({ answer: (_, good) => [good.replace(/"embedding":"[^"]*"/, `"embedding":"${short}"`)] });
  expect((await take(1))?.residue).toMatchObject([{ n: 0, code: 'quarter-length' }]);
});

test('repeated answers collapse; carriage returns, blank lines and a byte order mark change nothing', async () => {
  await open().submit(request(3), {});
  const [path = ''] = await answer({ lineEnd: '\r\n', answer: (_, good) => [good, good] });
  await writeFile(path, `\uFEFF${(await readFile(path, 'utf8')).replace('\r\n', '\r\n\r\n \r\n')}`);
  expect(await take(3)).toMatchObject(clean);
});

test('a position that the batch does not have is named; what belongs to no batch is left alone', async () => {
  await open().submit(request(2), {});
  const [path = ''] = await answer();
  const strays = ['{"custom_id":"batch-a/9","response":null}', '{"custom_id":"batch-a/00","response":null}'];
  await appendFile(path, `${[...strays, '{"custom_id":"mine"}', 'no JSON'].join('\n')}\n`);
  const told: string[] = [];
  const warning = vi.spyOn(process, 'emitWarning').mockImplementation((message) => void told.push(String(message)));
  const taken = await take(2);
  warning.mockRestore();
  expect(told).toEqual([`lines that name no record of a batch are left alone: 2 in ${path}`]);
  expect(taken?.residue).toEqual([]);
  expect(taken?.strays.map(({ code }) => code)).toEqual(['unknown-id', 'unknown-id']);
});

test('a cancelled batch is finished with what is there, and its request file is withdrawn', async () => {
  const provider = open();
  for (const batchId of ['batch-a', 'batch-b', 'batch-c']) {
    const { jobId } = await provider.submit(request(3, batchId), {});
    if (batchId === 'batch-b') await answer({ answer: ({ customId }, good) => (/b.1$/.test(customId) ? [good] : []) });
    if (batchId === 'batch-c') await answer({ name: () => 'batch-c.jsonl', answer: (_, good) => [good] });
    await provider.cancel(jobId, {});
    expect(await provider.poll(jobId, {})).toMatchObject({ state: 'finished' });
  }
  const left = await readdir(folder);
  expect(left.toSorted()).toEqual(['batch-c.jsonl', 'output-1-0.jsonl']);
  const found = await open().find?.(request(3, 'batch-b'), {});
  expect(found).toEqual({ jobId: 'batch-b' });
});

test('a cancelled batch waits for a file that is half-copied', async () => {
  const provider = open();
  const { jobId } = await provider.submit(request(3), {});
  const [path = ''] = await answer();
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.slice(0, -5));
  await provider.cancel(jobId, {});
  expect(await provider.poll(jobId, {})).toMatchObject({ state: 'running' });
  await writeFile(path, text);
  expect(await provider.poll(jobId, {})).toMatchObject({ state: 'finished' });
});

test('a folder that is gone is no reason to make it anew', async () => {
  await rm(folder, { recursive: true });
  await expect(take(2)).rejects.toMatchObject({ kind: 'Unavailable', code: 'folder-absent' });
});

test('a folder that is not stated, or relative, is refused', async () => {
  const provider = filesProvider({ model: 'm', dimension });
  for (const stated of [undefined, 'relative/folder']) {
    const submission = provider.submit({ ...request(1), folder: stated }, {});
    await expect(submission).rejects.toMatchObject({ kind: 'Invalid', code: 'folder-unstated' });
  }
});

test('a file that becomes another one between look and reading is not believed, and is read anew', async () => {
  const provider = open();
  const { batchId, lines } = request(3);
  const other = request(3, 'batch-b');
  await provider.submit(other, {});
  const { jobId } = await provider.submit({ batchId, lines }, {});
  const [path = ''] = await answer({ seed: 1 });
  const whole = await readFile(path, 'utf8');
  const read = async (): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of provider.output(jobId, {})) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  };
  const ofBatch = (line: string): boolean => line.includes('"custom_id":"batch-a/');
  const sorted = (text: string): string[] => text.split('\n').filter(ofBatch).toSorted();
  const reordered = whole.split('\n').toSorted().join('\n');
  const changes = [
    { text: reordered, state: 'finished' },
    { text: `${reordered}\n${' '.repeat(99)}\n`, state: 'finished' },
    { text: whole.slice(0, 200), state: 'running' },
    { text: null, state: 'running' },
  ];
  for (const { text, state } of changes) {
    expect(await provider.poll(jobId, {})).toMatchObject({ state: 'finished' });
    if (text === null) await rm(path);
    else await writeFile(path, text);
    await expect(read()).rejects.toMatchObject({ kind: 'Unavailable', code: 'answers-changed' });
    expect(await provider.poll(jobId, {})).toMatchObject({ state });
    await writeFile(path, whole);
    expect(await provider.poll(jobId, {})).toMatchObject({ state: 'finished' });
    if (state === 'finished') await expect(read()).rejects.toMatchObject({ code: 'answers-changed' });
    expect(await provider.poll(jobId, {})).toMatchObject({ state: 'finished' });
    expect(sorted(await read())).toEqual(sorted(whole));
  }
});
