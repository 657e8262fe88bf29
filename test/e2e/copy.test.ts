// Would catch: a store that is more than its files: one that a plain copy breaks, ties to its place, or lets into another stage.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type AlluviumStore,
  audit,
  cancelBatch,
  ingest,
  type InputRecord,
  inputLines,
  listBatches,
  listExecutions,
  listSnapshots,
  openStore,
  query,
  readRows,
  submit,
  verify,
} from '../../src/index.ts';
import { main } from '../../src/cli/main.ts';
import { recordTerminal } from '../recorded-terminal.ts';
import { temporaryFolder } from './run-alluvium.ts';

const copyTree = promisify(execFile);
const running = { workers: 0, deltasPerChunk: 2 };

let folder = '';
let original: AlluviumStore;
let remove = async (): Promise<void> => undefined;

/** Published, pending and cancelled batches, two versions, three executions. */
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
  original = await openStore(join(folder, 'original'), { create: true });
  await handIn(original, recordsOf(0, 20, ''));
  await ingest(original, running);
  await handIn(original, recordsOf(0, 5, ' (mended)'));
  await ingest(original, running);
  await handIn(original, recordsOf(20, 10, ''));
  const [first] = (await listBatches(original, { states: ['pending'] })).batches;
  await cancelBatch(original, first?.batchId ?? '');
});
afterAll(async () => remove());

function recordsOf(first: number, count: number, end: string): InputRecord[] {
  return Array.from({ length: count }, (_, n) => ({ id: `r${first + n}`, document: `line ${first + n}${end}` }));
}

async function handIn(store: AlluviumStore, records: readonly InputRecord[]): Promise<void> {
  await submit(store, 'lines', inputLines(records), { recordsPerBatch: 4 });
}

/** Copies the store as anybody would. */
async function copy(name: string): Promise<string> {
  const path = join(folder, name);
  await copyTree('cp', ['-r', join(folder, 'original'), path]);
  return path;
}

/** What a store holds, without where it lies. */
async function contents(store: AlluviumStore): Promise<object> {
  const rows = await Array.fromAsync(readRows(store.store, 'lines'), ({ id, document }) => `${id} ${document}`);
  return {
    rows: rows.toSorted(),
    snapshots: (await listSnapshots(store)).snapshots.map(({ version, setHash }) => [version, setHash]),
    audit: await audit(store),
    executions: (await listExecutions(store)).executions.length,
  };
}

test('a copy holds the same, and every byte of it is as it was sealed', async () => {
  const store = await openStore(await copy('same'));
  expect(await contents(store)).toEqual(await contents(original));
  expect(await verify(store)).toEqual(await verify(original));
  expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });
});

test('in a copy, work goes on: what is pending is ingested, more is handed in, and the original knows nothing of it', async () => {
  const before = await contents(original);
  const store = await openStore(await copy('elsewhere'));
  expect(await ingest(store, running)).toMatchObject({
    outcome: 'Complete',
    collections: [{ version: 3, published: 6, pending: 0 }],
  });
  await handIn(store, [...recordsOf(0, 30, ''), ...recordsOf(30, 3, '')]);
  expect(await ingest(store, running)).toMatchObject({
    outcome: 'Complete',
    collections: [{ version: 4, pending: 0 }],
  });
  expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ published: 33, discarded: 4 }] });
  expect(await verify(store)).toMatchObject({ rows: 33, damaged: [], foreign: [] });
  const { results } = await query(store, { collection: 'lines', text: 'line 32', k: 1 });
  expect(results).toMatchObject([{ id: 'r32' }]);
  expect(await contents(original)).toEqual(before);
});

test('two copies that go the same way end the same', async () => {
  const [one, other] = [await openStore(await copy('one')), await openStore(await copy('other'))];
  for (const store of [one, other]) {
    await handIn(store, recordsOf(5, 30, ' again'));
    await ingest(store, running);
  }
  expect(await contents(one)).toEqual(await contents(other));
});

test('a store of another stage is refused, whatever is wanted of it, and left as it is', async () => {
  const path = await copy('production');
  await expect(openStore(path, { stage: 'prod' })).rejects.toMatchObject({ kind: 'Invalid', code: 'stage-mismatch' });
  await expect(openStore(path, { stage: 'prod', create: true })).rejects.toMatchObject({ code: 'stage-mismatch' });
  for (const argv of [['submit', '-'], ['ingest'], ['verify'], ['batches', 'list'], ['init']]) {
    const { exitCode, json } = await alluvium(...argv, '--store', path, '--stage', 'prod');
    expect(exitCode, argv.join(' ')).toBe(2);
    const details = { expected: 'prod', actual: 'dev' };
    expect(json).toMatchObject({
      error: { code: 'stage-mismatch', hint: 'use --stage dev, or another store', details },
    });
  }
  expect(await verify(await openStore(path))).toEqual(await verify(original));
});

async function alluvium(...argv: string[]): Promise<{ exitCode: number; json: unknown }> {
  const input = Readable.from([Buffer.from('{"id":"a","document":"x"}\n')]);
  const terminal = recordTerminal({ directory: folder, input });
  const exitCode = await main([...argv, '--json'], terminal);
  return { exitCode, json: JSON.parse(terminal.written.output) as unknown };
}
