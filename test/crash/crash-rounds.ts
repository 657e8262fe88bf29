import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionKeys, parseKey } from '../../src/domain/keys.ts';
import { limits } from '../../src/domain/limits.ts';
import {
  type AlluviumStore,
  audit,
  ingest,
  type InputRecord,
  inputLines,
  openStore,
  submit,
  verify,
} from '../../src/index.ts';
import { stepNames } from '../../src/pipeline/task.ts';
import { elapsedMs, sleep } from '../../src/runtime/clock.ts';
import { readLatest } from '../../src/snapshot/latest.ts';
import { keysOf } from '../faulty-store.ts';
import { type Dice, dice } from './dice.ts';
import { IngestProcess, type Victim, victims } from './ingest-process.ts';

/** What happened in one round: an `alluvium ingest` was killed, and the next one went on. */
export interface CrashRound {
  readonly round: number;
  /** Milliseconds after its execution had begun. */
  readonly momentMs: number;
  /** Null where the process had ended before the moment came. */
  readonly killed: Victim | null;
  /** The last state that had begun by then. */
  readonly reached: string;
  /** Executions that the next ingest took over; where there was none it began one of its own. */
  readonly takenOver: number;
  readonly outcome: string;
  /** What is not as it would be without the kill. */
  readonly problems: readonly string[];
}

export interface CrashOptions {
  readonly seed: number;
  readonly rounds: number;
  readonly onRound?: (round: CrashRound) => void;
}

const collection = 'receipts';
const records = 120;
const changedRecords = 24;
const recordsPerBatch = 4;
const deltasPerChunk = 3;
/** Between two looks at what another process does. */
const pauseMs = 2;

/**
 * Kills an `alluvium ingest` at a random moment, lets a new one go on, and compares what then is published with what an undisturbed run
 * published: again and again, each time on a copy of the same store. Needs Linux's `/proc`.
 */
export async function crashRounds({ seed, rounds, onRound }: CrashOptions): Promise<readonly CrashRound[]> {
  const folder = await mkdtemp(join(tmpdir(), 'alluvium-crash-'));
  const pristine = join(folder, 'pristine');
  try {
    await handInAll(pristine);
    const { truth, durationMs } = await undisturbed(pristine, join(folder, 'undisturbed'));
    const results: CrashRound[] = [];
    for (let round = 0; round < rounds; round++) {
      const copy = join(folder, `round-${round}`);
      await cp(pristine, copy, { recursive: true });
      const result = await crashRound(copy, round, dice(seed + round), durationMs, truth);
      await rm(copy, { recursive: true });
      results.push(result);
      onRound?.(result);
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Two hand-ins, the second of which changes records of the first. */
async function handInAll(folder: string): Promise<void> {
  const store = await openStore(folder, { create: true });
  const lines = (count: number, change: string): InputRecord[] =>
    Array.from({ length: count }, (_, n) => ({ id: `record ${n}`, document: `${change} total of receipt ${n}` }));
  await submit(store, collection, inputLines(lines(records, 'the')), { recordsPerBatch });
  await submit(store, collection, inputLines(lines(changedRecords, 'the corrected')), { recordsPerBatch });
}

/** What an undisturbed run publishes, and how long its execution takes: the shortest of three, as the first finds cold caches. */
async function undisturbed(pristine: string, copy: string): Promise<{ truth: string; durationMs: number }> {
  let durationMs = Number.POSITIVE_INFINITY;
  let truth = '';
  for (let run = 0; run < 3; run++) {
    await cp(pristine, copy, { recursive: true });
    const child = new IngestProcess(copy, deltasPerChunk);
    await hasBegun(child, copy);
    const start = elapsedMs();
    const exitCode = await child.exited;
    if (exitCode !== 0) throw new Error(`the undisturbed run ended with exit code ${exitCode}`);
    durationMs = Math.min(durationMs, elapsedMs(start));
    truth = await truthOf(await openStore(copy));
    await rm(copy, { recursive: true });
  }
  return { truth, durationMs };
}

async function crashRound(
  folder: string,
  round: number,
  roll: Dice,
  durationMs: number,
  truth: string,
): Promise<CrashRound> {
  const victim = victims[round % victims.length] ?? 'tree';
  const momentMs = roll(Math.ceil(durationMs));
  const store = await openStore(folder);
  const child = new IngestProcess(folder, deltasPerChunk);
  const wasKilled = await killAt(child, folder, momentMs, () => child.kill(victim, roll));
  // A coordinator without a worker goes on, and is looked at on its way.
  if (victim !== 'worker') await child.exited;
  const reached = await reachedState(store);
  const exitCode = await child.exited;
  const killed = wasKilled ? victim : null;
  const isAlone = victim === 'worker' || !wasKilled;
  const problems = isAlone && exitCode !== 0 ? [`the ingest itself ended with exit code ${exitCode}`] : [];

  const takeoverAfterMs = roll(2) === 0 ? 0 : limits.takeoverAfterMs;
  const { outcome, takenOver } = await ingest(store, { workers: 2, deltasPerChunk, takeoverAfterMs });
  if (outcome !== 'Complete') problems.push(`the next ingest ended as ${outcome}`);
  if (takeoverAfterMs > 0 && takenOver.length > 0) problems.push('what may still have been alive was taken over');
  problems.push(...(await problemsOf(store, truth)));
  return { round, momentMs, killed, reached, takenOver: takenOver.length, outcome, problems };
}

/** Whether it could be killed before it ended. */
async function killAt(child: IngestProcess, folder: string, momentMs: number, kill: () => boolean): Promise<boolean> {
  await hasBegun(child, folder);
  await Promise.race([sleep(momentMs), child.exited]);
  while (!child.hasExited) {
    if (kill()) return true;
    // There is no worker yet.
    await sleep(pauseMs);
  }
  return false;
}

/** Resolves once its execution has begun, or it ended. */
async function hasBegun(child: IngestProcess, folder: string): Promise<void> {
  while (!existsSync(join(folder, 'executions')) && !child.hasExited) await sleep(pauseMs);
}

async function problemsOf(store: AlluviumStore, truth: string): Promise<string[]> {
  const problems: string[] = [];
  const actual = await truthOf(store);
  if (actual !== truth) problems.push(`expected ${truth}, found ${actual}`);
  const { damaged, foreign } = await verify(store);
  if (damaged.length > 0) problems.push(`damaged: ${JSON.stringify(damaged)}`);
  if (foreign.length > 0) problems.push(`left behind: ${foreign.join(', ')}`);
  return problems;
}

/** What is published, and the whole account. */
async function truthOf(store: AlluviumStore): Promise<string> {
  const manifest = await readLatest(store.store, collection);
  return JSON.stringify([manifest?.fact.live, await audit(store)]);
}

/** The last state of which a task had begun, and how many of its tasks had ended. */
async function reachedState({ store }: AlluviumStore): Promise<string> {
  const keys = await keysOf(store, 'executions/');
  const executionId = parseKey(keys[0] ?? '')?.executionId;
  if (executionId === null || executionId === undefined) return 'nothing yet';
  const { outcome, attempt } = executionKeys(executionId);
  if (keys.includes(outcome)) return 'the outcome';
  for (const name of stepNames.toReversed()) {
    const folder = attempt(0, name, 0, 0).started.replace(/0\/0\.started\.json$/, '');
    const own = keys.filter((key) => key.startsWith(folder));
    const begun = own.filter((key) => key.endsWith('.started.json')).length;
    if (begun > 0) return `${name}: ${begun} begun, ${own.length - begun} ended`;
  }
  return 'the beginning';
}
