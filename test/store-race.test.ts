// The bug it would catch: two processes that both believe to have created the same object, or a winner whose bytes are another's.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalStore } from '../src/store/local.ts';
import { racerBody, type Round, type RoundResults } from './store-racer.ts';

const processes = 4;
const writers = 5;
const rounds = 50;

const racers: ChildProcess[] = [];
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'alluvium-race-'));
  const script = fileURLToPath(new URL('store-racer.ts', import.meta.url));
  for (let index = 0; index < processes; index++) racers.push(fork(script, { execArgv: [] }));
  await Promise.all(racers.map(async (racer) => once(racer, 'spawn')));
});

afterAll(async () => {
  const ended = racers.filter((racer) => racer.exitCode === null).map(async (racer) => once(racer, 'exit'));
  for (const racer of racers) racer.kill();
  await Promise.all(ended);
  await rm(root, { recursive: true });
});

test('of 20 racing writers in 4 processes exactly one creates, 50 rounds, and the object is its own', async () => {
  const store = new LocalStore(root);
  for (let round = 0; round < rounds; round++) {
    // A folder of its own every round, so that its creation is raced for, too.
    const key = `round-${round}/race/object`;
    const results = await Promise.all(racers.map(async (racer, index) => runRound(racer, index, key)));
    expect(results.flat().toSorted()).toEqual(['created', ...Array<string>(processes * writers - 1).fill('exists')]);
    const winner = results.findIndex((each) => each.includes('created'));
    const body = racerBody(key, winner, results[winner]?.indexOf('created') ?? -1);
    expect(Buffer.compare(await store.get(key), body)).toBe(0);
  }
  const listed: string[] = [];
  for await (const { key } of store.list('')) listed.push(key);
  expect(listed).toHaveLength(rounds);
}, 60_000);

async function runRound(racer: ChildProcess, process: number, key: string): Promise<RoundResults> {
  const round: Round = { root, key, process, writers };
  racer.send(round);
  const [results] = (await once(racer, 'message')) as [RoundResults];
  return results;
}
