import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { goodAnswer, madeUpVector, readRequestLines } from '../test/answer-requests.ts';
import { ProcessTree, type TreePeak } from './process-tree.ts';

/**
 * `npm run bench:memory`: how much memory the whole process tree of each command has resident, at 100,000 made-up vectors of 1,536
 * dimensions that come through provider `files`. Needs Linux and some 5 GB of disk below the temporary folder.
 *
 *     node bench/memory.ts [--records 100000] [--dimension 1536] [--workers 2] [--records-per-batch 500]
 */
const goalBytes = 600e6;
const sampleMs = 50;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    dimension: { type: 'string', default: '1536' },
    workers: { type: 'string', default: '2' },
    'records-per-batch': { type: 'string', default: '500' },
  },
});
const records = Number(values.records);
const dimension = Number(values.dimension);
const bin = fileURLToPath(new URL('../bin/alluvium.js', import.meta.url));

if (!existsSync('/proc/self/statm')) {
  console.error('this measurement reads Linux’s /proc, and there is none here');
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'alluvium-memory-'));
try {
  process.exitCode = await measure();
} finally {
  await rm(folder, { recursive: true });
}

async function measure(): Promise<number> {
  console.log(`${records} records × ${dimension} dimensions, ${values.workers} workers, node ${process.version}`);
  await writeInput();
  const space = ['--provider', 'files', '--folder', 'batches', '--model', 'made-up', '--dimension', String(dimension)];
  await command('submit', 'input.jsonl', '--records-per-batch', values['records-per-batch'], ...space);
  await answerAll();
  const { peak, output } = await command('ingest', '--workers', values.workers);
  const { outcome, collections } = JSON.parse(output) as {
    outcome: string;
    collections: readonly { readonly published: number }[];
  };
  const published = collections[0]?.published;
  console.log(`  ${outcome}, ${published} published`);
  await command('verify');
  await command('audit');
  await command('query', '--vector', JSON.stringify([...madeUpVector('text 1', dimension)]));
  const isWhole = outcome === 'Complete' && published === records;
  if (isWhole && peak.bytes < goalBytes) return 0;
  console.error(isWhole ? `more than ${megabytes(goalBytes)}` : 'not everything was published');
  return 1;
}

async function writeInput(): Promise<void> {
  const file = createWriteStream(join(folder, 'input.jsonl'));
  for (let n = 0; n < records; n++) {
    const line = JSON.stringify({ id: `record-${n}`, document: `text ${n}`, metadata: { n } });
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

/** One output file for each request file, so that what is held is one batch. */
async function answerAll(): Promise<void> {
  const batches = join(folder, 'batches');
  await mkdir(join(batches, 'answers'));
  for (const name of await readdir(batches)) {
    if (!name.endsWith('.jsonl')) continue;
    const requests = readRequestLines(await readFile(join(batches, name), 'utf8'));
    const lines = requests.map((asked) => `${goodAnswer(asked, dimension)}\n`);
    await writeFile(join(batches, 'answers', name), lines.join(''));
  }
}

async function command(...argv: readonly string[]): Promise<{ readonly peak: TreePeak; readonly output: string }> {
  const started = Date.now();
  const child = spawn(process.execPath, [bin, ...argv, '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const tree = new ProcessTree(child.pid ?? 0, sampleMs);
  const read = { output: '', messages: '' };
  child.stdout.on('data', (text: Buffer) => (read.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (read.messages += text.toString()));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const peak = tree.end();
  console.log(
    `\n${argv.slice(0, 1).join(' ')}: ${((Date.now() - started) / 1000).toFixed(1)} s, exit code ${exitCode}`,
  );
  console.log(
    `  ${megabytes(peak.bytes)} at the peak (${megabytes(peak.proportionalBytes)} where shared pages count once)`,
  );
  for (const { pid, command: name, bytes } of peak.processes)
    console.log(`  ${megabytes(bytes).padStart(7)}  ${pid} ${name}`);
  if (exitCode !== 0) throw new Error(`alluvium ${argv.join(' ')} failed: ${read.messages}${read.output}`);
  return { peak, output: read.output };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
