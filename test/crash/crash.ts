/**
 * `npm run crash -- [--seed N] [--rounds 100]`: kills an ingest with SIGKILL at random moments, the whole tree of processes, one worker, or the
 * coordinator alone. Each time the next ingest must publish what an undisturbed one publishes. The same seed chooses the same moments.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CrashRound, crashRounds } from './crash-rounds.ts';
import { victims } from './ingest-process.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '100' } },
});

if (existsSync('/proc/self/task')) {
  process.exitCode = await play(Number(values.seed), Number(values.rounds));
} else {
  console.error('this finds worker processes in Linux’s /proc, and there is none here');
  process.exitCode = 1;
}

async function play(seed: number, rounds: number): Promise<number> {
  console.log(`${rounds} rounds with seed ${seed}\n`);
  console.log(row('round', 'moment', 'killed', 'which had reached', 'then', 'ended as'));
  const results = await crashRounds({ seed, rounds, onRound: (result) => console.log(describe(result)) });
  const problems = results.flatMap((result) => result.problems);
  const kills = victims.map((victim) => `${results.filter(({ killed }) => killed === victim).length} × ${victim}`);
  const takeovers = results.filter(({ takenOver }) => takenOver > 0).length;
  console.log(`\nkilled ${kills.join(', ')}; ${takeovers} executions taken over`);
  if (problems.length === 0) {
    console.log(`${rounds} times the undisturbed set hash, a balanced audit, and nothing damaged`);
    return 0;
  }
  console.log(`${problems.length} problems; play them again with --seed ${seed} --rounds ${rounds}`);
  return 1;
}

function describe({ round, momentMs, killed, reached, takenOver, outcome, problems }: CrashRound): string {
  const next = takenOver > 0 ? 'taken over' : 'begun anew';
  const then = killed === 'worker' ? 'went on' : next;
  const shown = row(String(round), `${momentMs} ms`, killed ?? 'had ended', reached, then, outcome);
  return [shown, ...problems.map((problem) => `       PROBLEM ${problem}`)].join('\n');
}

function row(...cells: readonly string[]): string {
  const widths = [5, 8, 11, 36, 10, 8];
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}
