// Would catch: a noun whose command asks the library for something else, prints another shape than it promises, or ends with another code.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handIn } from '../../test/handed-in.ts';
import { recordTerminal } from '../../test/recorded-terminal.ts';
import { type AlluviumStore, ingest, openStore } from '../index.ts';
import { main } from './main.ts';

const oddId = '--odd\n\u001B[31m"😀"';
const records = (count: number, variant: number) => [
  ...Array.from({ length: count }, (_, n) => ({ id: `r${n}`, vector: [n + 1, variant] })),
  { id: oddId, vector: [1, variant] },
];

let folder = '';
let store: AlluviumStore;
let executionId = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-nouns-'));
  store = await openStore(join(folder, '.alluvium'), { create: true });
  await handIn(store, records(30, 1), { collection: 'lines', recordsPerBatch: 10 });
  ({ executionId } = await ingest(store, { workers: 0, deltasPerChunk: 2 }));
  await handIn(store, records(5, 2), { collection: 'lines', recordsPerBatch: 10 });
  await ingest(store, { workers: 0 });
  await handIn(store, records(5, 3), { collection: 'lines', recordsPerBatch: 10 });
});
afterAll(async () => rm(folder, { recursive: true }));

interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly messages: string;
}

async function run(argv: readonly string[], input = ''): Promise<Ran> {
  const terminal = recordTerminal({ directory: folder, input: Readable.from([Buffer.from(input)]) });
  const exitCode = await main([...argv, '--store', store.url], terminal);
  return { exitCode, ...terminal.written };
}

async function text(...argv: string[]): Promise<string> {
  const { exitCode, output, messages } = await run(argv);
  expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
  return output;
}

async function json(...argv: string[]): Promise<Record<string, never>> {
  const { exitCode, output, messages } = await run(['--json', ...argv]);
  expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
  return JSON.parse(output) as Record<string, never>;
}

async function listed(noun: string, ...argv: string[]): Promise<Record<string, string>[]> {
  return (await json(noun, 'list', ...argv))[noun] ?? [];
}

const latest = async (noun: string): Promise<Record<string, string>> => (await listed(noun)).at(-1) ?? {};

describe('batches', () => {
  test('list', async () => {
    const states = (await listed('batches')).map(({ state }) => state);
    expect(states).toEqual([...Array.from({ length: 5 }, () => 'published'), 'pending']);
    expect(await listed('batches', '--state', 'pending, sealed', '-c', 'lines')).toHaveLength(1);
    expect(await text('batches', 'list')).toMatch(
      / {2}lines {7}[0-9a-f-]{42} {2}published .*\n\n6 batches: 5 published, 1 pending\n$/s,
    );
  });

  test('show', async () => {
    const { batchId = '' } = await latest('batches');
    expect(await json('batches', 'show', batchId)).toMatchObject({
      batchId,
      state: 'pending',
      parts: [],
      residueByCode: {},
    });
    expect(await text('batches', 'show', batchId)).toContain('records    6: 6 pending\n');
  });

  test('cancel, which is final', async () => {
    await handIn(store, [{ id: 'draft', vector: [1, 1] }], { collection: 'lines' });
    const { batchId = '' } = await latest('batches');
    expect(await text('batches', 'cancel', batchId)).toBe(
      `cancelled batch ${batchId} of lines\n  1 record discarded\n`,
    );
    expect(await json('batches', 'cancel', batchId)).toMatchObject({ batchId, rows: 1, discarded: 1, pending: 0 });
    const [{ batchId: finished = '' } = {}] = await listed('batches');
    const refused = await run(['batches', 'cancel', finished]);
    expect(refused).toMatchObject({ exitCode: 4, output: '' });
    expect(refused.messages).toMatch(/^error: the batch is finished: /);
  });
});

test('deltas', async () => {
  expect(await listed('deltas')).toHaveLength(5);
  expect(await listed('deltas', '--unverified')).toEqual([]);
  expect(await listed('deltas', '--written-before', '2000-01-01')).toEqual([]);
  expect(await text('deltas', 'list')).toMatch(/\n5 deltas, 37 rows, \d+\.\d KB\n$/);
  expect(await text('deltas', 'list', '--unverified')).toBe('no such deltas\n');
  const { deltaId = '', key = '' } = await latest('deltas');
  expect(await json('deltas', 'show', key)).toMatchObject({ deltaId, key, publishedIn: 2, blockSeals: [{ rows: 6 }] });
  expect(await text('deltas', 'show', deltaId)).toMatch(/ published in {2}version 2\n/);
});

test('collections', async () => {
  expect(await listed('collections')).toMatchObject([{ collection: 'lines', provider: 'given', version: 2, rows: 31 }]);
  expect(await text('collections', 'list')).toMatch(/\n {2}lines {7}given {5}given {10}2 {2}cosine {8}2 {4}31\n$/);
  expect(await json('collections', 'show', 'lines')).toMatchObject({ ledger: { published: 31, superseded: 6 } });
  expect(await text('collections', 'show', 'lines')).toContain('  dimension  2\n');
});

test('executions list has exactly the promised shape', async () => {
  const { executions, ...others } = await json('executions', 'list');
  expect(others).toEqual({});
  expect(executions).toHaveLength(2);
  expect(executions?.[0]).toEqual({
    executionId,
    startedAt: expect.any(String),
    endedAt: expect.any(String),
    outcome: 'Complete',
    stage: 'dev',
    collections: ['lines'],
  });
  expect(await text('executions', 'list')).toContain(`  ${executionId}  `);
});

test('executions show: the timeline, or every event', async () => {
  const { events, states, items } = await json('executions', 'show', executionId);
  expect(events?.[0]).toMatchObject({ id: 1, type: 'ExecutionStarted' });
  expect(states?.[1]).toMatchObject({ state: 'PollBatches', items: 4, outcomes: { BatchesSealed: 4 } });
  expect(items).not.toHaveLength(0);
  const timeline = await text('executions', 'show', executionId);
  expect(timeline).toMatch(
    /^Complete in .* execution [0-9a-f-]{36}\nstage dev · started .* · concurrency 5 · chunks of 2\nlines\n/,
  );
  expect(timeline).toMatch(/\d\d:\d\d:\d\d\.\d{3} {2}ProcessChunksInParallel {5}2 {2}2 ChunkCompacted/);
  expect(timeline).toMatch(/ #1 {2}ChunkCompacted /);
  expect(timeline).not.toContain('DeltaVerified');
  expect(await text('executions', 'show', '--events', executionId)).toMatch(
    / DeltaVerified +ProcessChunksInParallel +#1 /,
  );
});

test('snapshots', async () => {
  expect(await listed('snapshots')).toMatchObject([
    { version: 1, rows: 31 },
    { version: 2, rows: 31, superseded: 6 },
  ]);
  expect(await text('snapshots', 'list', '-c', 'lines')).toContain('  lines             2  ');
  expect(await json('snapshots', 'show', '-c', 'lines')).toMatchObject({ version: 2, rows: 31 });
  expect(await text('snapshots', 'show', '1', '-c', 'lines')).toMatch(/^version 1 of lines\n/);
  const diff = await json('snapshots', 'diff', '1', '2', '-c', 'lines');
  expect(diff).toMatchObject({ from: 1, to: 2, added: 0, removed: 0, changed: 6, renewed: 0 });
  expect(await text('snapshots', 'diff', '1', '2', '-c', 'lines')).toBe(
    `lines, from version 1 to 2: 0 added, 0 removed, 6 changed\n\n  ~ --odd [31m"😀"\n${[0, 1, 2, 3, 4].map((n) => `  ~ r${n}\n`).join('')}`,
  );
});

test('why', async () => {
  expect(await json('why', 'r1')).toMatchObject({
    id: 'r1',
    versions: [{ place: 'superseded' }, { place: 'published', liveFrom: 2 }, { place: 'pending' }],
    skipped: null,
  });
  const said = await text('why', 'r1', '-c', 'lines');
  expect(said).toMatch(/^r1: 3 versions\n\nlines, submission 3, line 2: pending\n/);
  expect(said).toContain('lines, submission 2, line 2: published, live since version 2\n');
  expect(said).toContain('superseded in version 2 by submission 2, line 2; live from version 1\n');
  expect(said).toMatch(/\nhand-ins that were skipped because nothing had changed leave no trace\n$/);
});

test.each(['', '\n', '\r\n'])('why takes any id from standard input, and a line end after it (%j)', async (end) => {
  const { exitCode, output } = await run(['why', '--id-stdin', '--json'], `${oddId}${end}`);
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ id: oddId, versions: [{ line: 31 }, { line: 6 }, { line: 6 }] });
  const people = await run(['why', '--id-stdin'], oddId);
  expect(people.output).toMatch(/^--odd \[31m"😀": 3 versions\n/);
});

test.each([
  [['batches', 'show', 'x'], 'batch-absent', /^there are \d+ \(alluvium batches list\), the newest is /],
  [['batches', 'cancel', 'x'], 'batch-absent', /^there are /],
  [['batches', 'list', '-c', 'nobody'], 'collection-absent', /^there are: lines$/],
  [['deltas', 'show', 'x'], 'delta-absent', /^there are 5 \(alluvium deltas list\)/],
  [['collections', 'show', 'nobody'], 'collection-absent', /^there are: lines$/],
  [['executions', 'show', 'x'], 'execution-absent', /^there are 2 \(alluvium executions list\)/],
  [['snapshots', 'show', '9', '-c', 'lines'], 'version-absent', /^the newest is 2: /],
  [['snapshots', 'diff', '1', '9', '-c', 'lines'], 'version-absent', /^the newest is 2: /],
  [['why', 'nobody'], 'record-absent', /^looked for exactly this id in: lines$/],
])('%j is not there, and what is there is said', async (argv, code, hint) => {
  const { exitCode, output } = await run(['--json', ...argv]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(output)).toMatchObject({
    error: { kind: 'NotFound', code, hint: expect.stringMatching(hint) },
  });
});

test.each([
  [['batches', 'list', '--state', 'done'], 'batch-state'],
  [['deltas', 'list', '--written-before', 'yesterday'], 'written-before'],
  [['snapshots', 'show', 'x'], 'setting-range'],
  [['snapshots', 'diff', '1'], 'missing-argument'],
  [['batches', 'frobnicate'], 'unknown-command'],
  [['why'], 'why-id'],
  [['why', 'r1', '--id-stdin'], 'why-id'],
])('%j is wrong', async (argv, code) => {
  const { exitCode, output } = await run(['--json', ...argv]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(output)).toMatchObject({ error: { kind: 'Invalid', code } });
});
