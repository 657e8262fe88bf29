// Would catch: an input that ends early and passes for complete, a gzip bomb, and a file whose name hides what it is.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InputLine } from '../submit/types.ts';
import { type InputOptions, readInput } from './read-input.ts';

const jsonl = ['{"id": "a", "document": "one"}', '{"id": "b", "document": "two"}', ''].join('\n');
const csv = 'id,document\na,one\nb,two\n';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-input-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  ['plain.jsonl', Buffer.from(jsonl)],
  ['plain.NDJSON', Buffer.from(jsonl)],
  ['packed.jsonl.gz', gzipSync(jsonl)],
  ['packed-without-saying.jsonl', gzipSync(jsonl)],
  ['two-members.jsonl.gz', Buffer.concat([gzipSync(jsonl.slice(0, 40)), gzipSync(jsonl.slice(40))])],
  ['table.csv', Buffer.from(csv)],
  ['table.csv.gz', gzipSync(csv)],
])('%s is read', async (name, bytes) => {
  expect(await idsOf(await file(name, bytes))).toEqual(['a', 'b']);
});

test('a stream is JSON lines, packed or not, unless said otherwise', async () => {
  expect(await idsOf(Readable.from([Buffer.from(jsonl)]))).toEqual(['a', 'b']);
  expect(await idsOf(Readable.from([gzipSync(jsonl)]))).toEqual(['a', 'b']);
  expect(await idsOf(Readable.from([Buffer.from(csv)]), { format: 'csv' })).toEqual(['a', 'b']);
  expect(await idsOf(Readable.from([]))).toEqual([]);
});

test('a packed file that is cut anywhere is never read as if it were whole', async () => {
  const packed = gzipSync(jsonl);
  for (let length = 2; length < packed.length; length += 1) {
    const path = await file('cut.jsonl.gz', packed.subarray(0, length));
    await expect(idsOf(path), `cut at ${length}`).rejects.toMatchObject({ kind: 'Invalid', code: 'input-gzip' });
  }
});

test('a packed file that is damaged, or followed by something else, is refused', async () => {
  const packed = gzipSync(jsonl);
  const damaged = Buffer.from(packed);
  damaged[20] = (damaged[20] ?? 0) ^ 0xff;
  const followed = Buffer.concat([packed, Buffer.from(jsonl)]);
  for (const bytes of [damaged, followed]) {
    await expect(idsOf(await file('bad.jsonl.gz', bytes))).rejects.toMatchObject({ code: 'input-gzip' });
  }
});

test('a file that only calls itself packed is refused', async () => {
  const path = await file('plain.jsonl.gz', Buffer.from(jsonl));
  await expect(idsOf(path)).rejects.toMatchObject({ kind: 'Invalid', code: 'input-gzip' });
});

test('a gzip bomb ends at the limit, before it is unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, '\n'));
  expect(bomb.length).toBeLessThan(10_000);
  const path = await file('bomb.jsonl.gz', bomb);
  await expect(idsOf(path, { inputBytesMax: 100_000 })).rejects.toMatchObject({ code: 'input-too-large' });
});

test('an input of exactly the limit is read', async () => {
  const path = await file('limit.jsonl.gz', gzipSync(jsonl));
  expect(await idsOf(path, { inputBytesMax: jsonl.length })).toEqual(['a', 'b']);
  await expect(idsOf(path, { inputBytesMax: jsonl.length - 1 })).rejects.toMatchObject({ code: 'input-too-large' });
});

test('a file that is not there is NotFound, whatever its name', async () => {
  for (const name of ['absent.jsonl', 'absent']) {
    const path = join(folder, name);
    await expect(idsOf(path)).rejects.toMatchObject({ kind: 'NotFound', message: `there is no file ${path}` });
  }
});

test('a folder, or a name that does not tell the format, is Invalid', async () => {
  await expect(idsOf(folder, { format: 'jsonl' })).rejects.toMatchObject({ kind: 'Invalid', code: 'input-file' });
  const path = await file('records.txt', Buffer.from(jsonl));
  await expect(idsOf(path)).rejects.toMatchObject({ kind: 'Invalid', code: 'input-format' });
  expect(await idsOf(path, { format: 'jsonl' })).toEqual(['a', 'b']);
});

test('a stream that never ends is left when the signal fires', async () => {
  const controller = new AbortController();
  const endless = new Readable({ read: () => {} });
  endless.push(jsonl);
  const lines = readInput(endless, { signal: controller.signal });
  expect((await lines.next()).value).toMatchObject({ line: 1 });
  await lines.next();
  const waiting = lines.next();
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function idsOf(source: string | Readable, options?: InputOptions): Promise<string[]> {
  const lines = await linesOf(readInput(source, options));
  return lines.map((line) => ('record' in line ? line.record.id : `problem: ${line.problem.message}`));
}

async function linesOf(input: AsyncIterable<InputLine>): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of input) lines.push(line);
  return lines;
}
