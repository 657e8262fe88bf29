import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/alluvium.js', import.meta.url));

/** How a command is run. */
export interface Run {
  readonly directory: string;
  readonly environment?: Record<string, string>;
  /** What is written to standard input, which then ends. */
  readonly input?: string;
  /** Interrupts once this is said. */
  readonly interruptAt?: string;
  /** Interrupts once something was read from standard input, which does not end. */
  readonly interruptReading?: boolean;
  readonly nodeFlags?: readonly string[];
  readonly closeOutput?: boolean;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
  readonly messages: string;
}

/** Runs the command line in a process of its own. */
export async function run(how: Run, ...argv: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [...(how.nodeFlags ?? []), bin, ...argv], {
    cwd: how.directory,
    env: { PATH: process.env['PATH'] ?? '', ...how.environment },
  });
  const read = { output: '', messages: '' };
  child.stdout.on('data', (text: Buffer) => (read.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    read.messages += text.toString();
    if (how.interruptAt !== undefined && read.messages.includes(how.interruptAt) && !child.killed) child.kill('SIGINT');
  });
  if (how.closeOutput === true) child.stdout.destroy();
  if (how.interruptReading === true) {
    // More than a pipe holds: that the write ends means that the command reads.
    child.stdin.write(`${' '.repeat(1024 * 1024)}\n`, () => child.kill('SIGINT'));
  } else {
    child.stdin.end(how.input ?? '');
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, ...read };
}

/** Runs a command with `--json`, and reads what it printed. */
export async function runJson(how: Run, ...argv: string[]): Promise<Ran & { json: unknown }> {
  const ran = await run(how, ...argv, '--json');
  return { ...ran, json: JSON.parse(ran.output) as unknown };
}

export function collectionNames({ json }: { json: unknown }): unknown[] {
  return all(json, 'collections').map(({ collection }) => collection);
}

export function all(json: unknown, key: string): Record<string, unknown>[] {
  return (json as Record<string, Record<string, unknown>[]>)[key] ?? [];
}

export function first(json: unknown, key: string): Record<string, unknown> {
  return all(json, key)[0] ?? {};
}

/** Records as lines of JSON. */
export function recordLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ id: `r${index}`, document: `total amount of receipt ${index}`, metadata: { index } }),
  );
}

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'alluvium-e2e-'));
  return { folder, remove: async () => rm(folder, { recursive: true }) };
}
