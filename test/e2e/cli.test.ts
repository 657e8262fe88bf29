// Would catch: a command line that works in parts only: contracts, exit codes and the second run, in real processes.
import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { all, first, recordLines, run, runJson, temporaryFolder } from './run-alluvium.ts';

/** The tests below are one story: each goes on where the one before it ended. */

const count = 230;
const perBatch = 10;
const batches = count / perBatch;
const records = recordLines(count);

const none = { superseded: 0, deleted: 0, withdrawn: 0, pending: 0, quarantined: 0, residue: 0, discarded: 0 };

const anyNumber: unknown = expect.any(Number);
const anyText: unknown = expect.any(String);
const anyId: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);
const anyHash: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
const anything: unknown = expect.anything();

let folder = '';
let setHash: unknown = null;
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterAll(async () => remove());

test('submit hands in batches', async () => {
  await writeFile(join(folder, 'records.jsonl.gz'), gzipSync(records.join('\n')));
  const { exitCode, json } = await alluvium('submit', 'records.jsonl.gz', '--records-per-batch', `${perBatch}`);
  expect(exitCode).toBe(0);
  expect(json).toEqual({
    collection: 'default',
    sequence: 1,
    records: count,
    skipped: 0,
    batches,
    invalid: 0,
    repeated: 0,
  });
});

test('status shows them pending', async () => {
  const { exitCode, json } = await alluvium('status');
  expect(exitCode).toBe(0);
  const ledger = { submitted: count, published: 0, ...none, pending: count };
  expect(json).toEqual({
    stage: 'dev',
    collections: [{ collection: 'default', snapshot: null, ledger, openBatches: batches }],
  });
});

test('before the first publish there is nothing to query', async () => {
  const { exitCode, json } = await alluvium('query', 'total');
  expect(exitCode).toBe(2);
  expect(json).toMatchObject({ error: { kind: 'NotFound', hint: anyText } });
});

test('ingest publishes them, and tells its progress beside the result', async () => {
  const { exitCode, json, messages } = await alluvium('ingest', '--deltas-per-chunk', '5', '--workers', '2');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    executionId: anyId,
    outcome: 'Complete',
    durationMs: anyNumber,
    collections: [
      {
        collection: 'default',
        outcome: 'Complete',
        version: 1,
        setHash: anyHash,
        published: count,
        superseded: 0,
        healed: 0,
        pending: 0,
        quarantined: 0,
        residue: 0,
      },
    ],
  });
  expect(messages).toContain(`${batches} batches to embed, ${count} records\n`);
  expect(messages).toContain('published default version 1');
  setHash = first(json, 'collections')['setHash'];
});

test('a second ingest publishes nothing and is Complete', async () => {
  const { exitCode, json } = await alluvium('ingest');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ outcome: 'Complete' });
  for (const collection of all(json, 'collections')) {
    expect(collection).toMatchObject({ version: 1, published: 0, superseded: 0, setHash });
  }
});

test('query finds what it should', async () => {
  const { exitCode, json } = await alluvium('query', 'total amount of receipt 7', '-k', '5');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ collection: 'default', version: 1 });
  const results = all(json, 'results');
  expect(results).toHaveLength(5);
  for (const result of results) {
    expect(result).toMatchObject({ id: anyText, score: anyNumber, document: anyText });
    expect(result).toHaveProperty('metadata');
    expect(result['document']).toMatch(/total amount of receipt/);
  }
});

test('audit balances', async () => {
  const { exitCode, json } = await alluvium('audit');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    balanced: true,
    collections: [{ collection: 'default', submitted: count, published: count, ...none, unaccounted: 0 }],
  });
});

test('verify is clean', async () => {
  const { exitCode, json } = await alluvium('verify');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    objects: anyNumber,
    bytes: anyNumber,
    rows: anyNumber,
    damaged: [],
  });
});

test('status shows what is published', async () => {
  const { json } = await alluvium('status');
  const ledger = { submitted: count, published: count, ...none };
  const snapshot = { version: 1, rows: count, segments: anyNumber, setHash };
  expect(json).toEqual({
    stage: 'dev',
    collections: [{ collection: 'default', snapshot, ledger, openBatches: 0 }],
  });
});

test('the same input again is skipped: nothing is submitted', async () => {
  const { exitCode, json } = await alluvium('submit', 'records.jsonl.gz');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ sequence: null, records: 0, skipped: count, batches: 0 });
});

test('a changed record supersedes one version', async () => {
  const [changed] = records;
  await writeFile(join(folder, 'changed.jsonl'), changed?.replace('total', 'grand total') ?? '');
  expect((await alluvium('submit', 'changed.jsonl')).json).toMatchObject({ sequence: 2, records: 1 });
  const { json } = await alluvium('ingest');
  expect(json).toMatchObject({ outcome: 'Complete', collections: [{ version: 2, published: 1, superseded: 1 }] });
  expect((await alluvium('audit')).json).toMatchObject({ balanced: true, collections: [{ superseded: 1 }] });
});

test('people read the same in words, and the output of a result is nothing but the result', async () => {
  const status = await run({ directory: folder }, 'status');
  expect(status.output).toMatch(/ default +2 +\d+ +231 +230 +1 +0 +0\n/);
  const query = await run({ directory: folder }, 'query', 'grand total', '-k', '2');
  expect(query.output).toMatch(/^2 results from default version 2\n/);
  expect(query.messages).toBe('');
  expect((await run({ directory: folder }, 'audit')).output).toContain(
    'balanced: every record version is in exactly one place',
  );
});

test('damage is found, named, and ends with 6', async () => {
  const damagedFolder = await mkdtemp(join(folder, 'damaged-'));
  const store = join(damagedFolder, 'store');
  await cp(join(folder, '.alluvium'), store, { recursive: true });
  const deltas = join(store, 'collections', 'default', 'deltas');
  const [name = ''] = await readdir(deltas);
  const bytes = await readFile(join(deltas, name));
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(join(deltas, name), bytes);
  const { exitCode, json } = await alluvium('verify', '--store', store);
  expect(exitCode).toBe(6);
  expect(all(json, 'damaged')).toEqual([
    expect.objectContaining({
      key: `collections/default/deltas/${name}`,
      reason: anyText,
      expected: anything,
      actual: anything,
    }),
  ]);
});

async function alluvium(...argv: string[]): ReturnType<typeof runJson> {
  return runJson({ directory: folder }, ...argv);
}
