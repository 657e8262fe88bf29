// Would catch: what only real processes do to each other: a put, a listing or a publish of one that the other half sees.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, ingest, type InputRecord, inputLines, openStore, readRows, submit, verify } from '../../src/index.ts';
import { readLatest } from '../../src/snapshot/latest.ts';
import { run } from '../e2e/run-alluvium.ts';

const rounds = 2;
const collection = 'default';

const first = recordsOf(40, 'the total');
const second = recordsOf(12, 'the corrected total');

let folder = '';
/** A store with one hand-in, and what it and a second one are published as by one process after the other. */
let truth: object = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-concurrent-'));
  await writeFile(join(folder, 'second.jsonl'), second.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await handIn('submitted', first);
  await cp(join(folder, 'submitted'), join(folder, 'sequential'), { recursive: true });
  await handIn('sequential', second);
  await bringHome('sequential');
  truth = await truthOf('sequential');
  expect(truth).toMatchObject({ ledger: { collections: [{ published: 40, superseded: 12, pending: 0 }] } });
});

function recordsOf(count: number, text: string): InputRecord[] {
  return Array.from({ length: count }, (_, n) => ({ id: `record ${n}`, document: `${text} of ${n}` }));
}

afterAll(async () => rm(folder, { recursive: true }));

async function handIn(name: string, records: readonly InputRecord[]): Promise<void> {
  const store = await openStore(join(folder, name), { create: true });
  await submit(store, collection, inputLines(records), { recordsPerBatch: 4 });
}

async function bringHome(name: string): Promise<void> {
  expect((await ingest(await openStore(join(folder, name)), { workers: 0 })).outcome).toBe('Complete');
}

/** Runs a command in a process of its own. */
async function succeed(...argv: readonly string[]): Promise<void> {
  const { exitCode, messages } = await run({ directory: folder }, ...argv, '--json');
  expect(exitCode, messages).toBe(0);
}

async function truthOf(name: string): Promise<object> {
  const store = await openStore(join(folder, name));
  expect(await verify(store)).toMatchObject({ damaged: [], foreign: [] });
  const ids = await Array.fromAsync(readRows(store.store, collection), ({ id, document }) => `${id}: ${document}`);
  const live = (await readLatest(store.store, collection))?.fact.live;
  return { live, ids: ids.toSorted(), ledger: await audit(store) };
}

test(`${rounds} times two ingests on one store`, async () => {
  for (let round = 0; round < rounds; round++) {
    const name = `ingests-${round}`;
    await cp(join(folder, 'submitted'), join(folder, name), { recursive: true });
    await handIn(name, second);
    await Promise.all(['2', '3'].map(async (size) => succeed('ingest', '--deltas-per-chunk', size, '--store', name)));
    expect(await truthOf(name)).toEqual(truth);
  }
}, 60_000);

test(`${rounds} times an ingest beside a submit, and then another ingest`, async () => {
  for (let round = 0; round < rounds; round++) {
    const name = `submit-${round}`;
    await cp(join(folder, 'submitted'), join(folder, name), { recursive: true });
    await Promise.all([
      succeed('ingest', '--deltas-per-chunk', '2', '--store', name),
      succeed('submit', 'second.jsonl', '--records-per-batch', '4', '--store', name),
    ]);
    await bringHome(name);
    expect(await truthOf(name)).toEqual(truth);
  }
}, 60_000);
