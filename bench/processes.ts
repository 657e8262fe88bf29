import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { audit, type InputRecord, inputLines, openStore, readStatus, submit } from '../src/index.ts';

/**
 * `npm run bench:processes`: how many records a second 1, 2 and 4 `ingest` processes bring home together that begin at once on one local store.
 * Each has one worker, so that there is something left for the others of a small machine. Of several runs the median counts.
 *
 *     node bench/processes.ts [--batches 200] [--records-per-batch 50] [--workers 1] [--runs 3]
 */
const processCounts = [1, 2, 4];
const collection = 'made-up';
const bin = fileURLToPath(new URL('../bin/alluvium.js', import.meta.url));

const { values } = parseArgs({
  options: {
    batches: { type: 'string', default: '200' },
    'records-per-batch': { type: 'string', default: '50' },
    workers: { type: 'string', default: '1' },
    runs: { type: 'string', default: '3' },
  },
});
const recordsPerBatch = Number(values['records-per-batch']);
const records = Number(values.batches) * recordsPerBatch;

const folder = await mkdtemp(join(tmpdir(), 'alluvium-processes-'));
try {
  await measureAll();
} finally {
  await rm(folder, { recursive: true });
}

async function measureAll(): Promise<void> {
  console.log(
    `${values.batches} batches of ${recordsPerBatch} records, ${values.workers} workers each, ${values.runs} runs`,
  );
  await handIn(join(folder, 'pristine'));
  const runs = new Map(processCounts.map((count) => [count, [] as number[]]));
  // In turns, so that whatever else the machine does slows all of them.
  for (let run = 0; run < Number(values.runs); run++) {
    for (const [count, seconds] of runs) seconds.push(await bringHome(count));
  }
  const single = median(runs.get(1) ?? []);
  console.log('\nprocesses   seconds   records/s   of one');
  for (const [count, seconds] of runs) {
    const middle = median(seconds);
    const cells = [
      String(count),
      middle.toFixed(2),
      (records / middle).toFixed(0),
      `${(single / middle).toFixed(2)} ×`,
    ];
    console.log(cells.map((cell, column) => cell.padStart([9, 10, 12, 9][column] ?? 0)).join(''));
  }
}

async function handIn(path: string): Promise<void> {
  const store = await openStore(path, { create: true });
  const lines = Array.from({ length: records }, (_, n): InputRecord => ({ id: `record ${n}`, document: `text ${n}` }));
  await submit(store, collection, inputLines(lines), { recordsPerBatch });
}

/** Seconds from the start of the first process to the end of the last one. */
async function bringHome(count: number): Promise<number> {
  const copy = join(folder, 'copy');
  await cp(join(folder, 'pristine'), copy, { recursive: true });
  const start = performance.now();
  const exitCodes = await Promise.all(Array.from({ length: count }, async () => ingestIn(copy)));
  const seconds = (performance.now() - start) / 1000;
  const store = await openStore(copy);
  const { balanced } = await audit(store);
  const published = (await readStatus(store)).collections[0]?.ledger.published;
  await rm(copy, { recursive: true });
  if (!balanced || published !== records || exitCodes.some((code) => code !== 0)) {
    throw new Error(`${count} processes published ${published} of ${records}, exit codes ${exitCodes.join(', ')}`);
  }
  return seconds;
}

async function ingestIn(path: string): Promise<number | null> {
  const argv = [bin, 'ingest', '--store', path, '--workers', values.workers, '--json'];
  const child = spawn(process.execPath, argv, { stdio: 'ignore' });
  return await new Promise((resolve) => child.once('close', resolve));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
