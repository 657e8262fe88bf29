import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * Documents whose examples are really run.
 *
 * 1. In a block of `console`, a line that begins with `$ ` is a command; what follows is what it printed.
 * 2. A comment `<!-- run: … -->` on a line of its own is a command that is run there and not shown.
 * 3. The commands of a document run one after another in one folder, which is new, holds the clone's `demo`, and is removed afterwards.
 * 4. What a command prints is its output, or its messages where it has no output: progress is for those who watch.
 */

const root = resolve(import.meta.dirname, '../..');
const prompt = '$ ';
/** A hidden command, or a block. */
const piece = /^<!-- run: (.*) -->$|^```console\n([\s\S]*?)^```$/gm;

/** The document with every output as it is now. */
export function runExamples(document: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alluvium-docs-'));
  try {
    const work = join(folder, 'vectors');
    mkdirSync(work);
    symlinkSync(join(root, 'demo'), join(work, 'demo'));
    return new Session(work).replay(document).replaceAll(folder, '/srv');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Session {
  readonly #folder: string;
  #exitCode = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  replay(document: string): string {
    return document.replaceAll(piece, (whole, hidden: string | undefined, block = '') => {
      if (hidden !== undefined) this.#setUp(hidden);
      return hidden === undefined ? this.#replayBlock(String(block)) : whole;
    });
  }

  #replayBlock(block: string): string {
    const commands = block.split('\n').filter((line) => line.startsWith(prompt));
    const lines = commands.flatMap((line) => [line, ...this.#run(line.slice(prompt.length))]);
    return ['```console', ...lines, '```'].join('\n');
  }

  #setUp(command: string): void {
    const { stderr, status } = this.#spawn(command);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  }

  /** The lines that a command prints, without spaces at their ends. */
  #run(command: string): string[] {
    const { stdout, stderr, status } = this.#spawn(command);
    this.#exitCode = status ?? 1;
    const printed = stdout === '' ? stderr : stdout;
    return printed === ''
      ? []
      : printed
          .trimEnd()
          .split('\n')
          .map((line) => line.trimEnd());
  }

  #spawn(command: string) {
    // A newcomer has it from the package, or from the clone.
    const local = command.replaceAll('npx alluvium', 'alluvium');
    return spawnSync('bash', ['-c', `(exit ${this.#exitCode}); ${local}`], {
      cwd: this.#folder,
      encoding: 'utf8',
      env: {
        HOME: this.#folder,
        LANG: 'C.UTF-8',
        PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
      },
    });
  }
}

/** Without what differs from run to run: ids, digests, times, sizes and temporary folders, and the spaces that align them. */
export function withoutChance(document: string): string {
  return document
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
    .replaceAll(/\b\d+ min \d\d s\b|\b[\d.,]+ m?s\b/g, '<duration>')
    .replaceAll(/\b[\d.,]+ objects, [\d.,]+ (bytes|[KMGT]B)/g, '<objects>')
    .replaceAll(/\b[\d.,]+ ?[KMGT]B?\b/g, '<size>')
    .replaceAll(/\/tmp\/alluvium-docs-\w+/g, '<folder>')
    .replaceAll(/ {2,}|-{3,}/g, ' ');
}
