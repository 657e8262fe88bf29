// Would catch: a document that leads nowhere, shows a command or flag that does not exist, or an output that nobody sees any more.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../src/cli/program.ts';
import { sealMessages } from '../src/seal/messages.ts';
import { documents, root } from '../toolchain/docs/documents.ts';
import { runExamples, withoutChance } from '../toolchain/docs/examples.ts';
import { recordTerminal } from './recorded-terminal.ts';

const texts = new Map(documents().map((path) => [path, readFileSync(path, 'utf8')]));
const program = createProgram(recordTerminal(), async () => undefined);

test('every link leads to a file, and to a heading in it', () => {
  const broken = [...texts].flatMap(([path, text]) =>
    linksOf(text)
      .filter((target) => !leadsSomewhere(path, target))
      .map((target) => `${relative(root, path)}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every command that is shown exists, with every flag', () => {
  // What FORMAT.md calls by our name are bytes.
  const guides = [...texts].filter(([path]) => !path.endsWith('FORMAT.md'));
  const shown = guides.flatMap(([path, text]) =>
    commandsOf(text).map((words) => [`${relative(root, path)}: ${words.join(' ')}`, unknownIn(words)] as const),
  );
  expect(shown.length).toBeGreaterThan(50);
  expect(shown.filter(([, unknown]) => unknown !== null)).toEqual([]);
});

test('a command or flag that does not exist is noticed', () => {
  const odd =
    'Say `alluvium frobnicate`, `alluvium batches frob`, `alluvium ingest --frob` or `alluvium query "--frob" -k 3 | frob --frob`.';
  expect(commandsOf(odd).map(unknownIn)).toEqual(['frobnicate', 'frob', '--frob', null]);
});

test('every message of sealing is documented', () => {
  const text = readFileSync(join(root, 'docs/sealing.md'), 'utf8');
  expect(Object.values(sealMessages).filter((message) => !text.includes(`| \`${message}\``))).toEqual([]);
});

test('the README shows what the commands print; if not: npm run docs:examples', () => {
  const text = texts.get(join(root, 'README.md')) ?? '';
  expect(withoutChance(text)).toBe(withoutChance(runExamples(text)));
});

function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^\w+:/.test(target));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || headingsOf(readFileSync(path, 'utf8')).includes(anchor);
}

/** The anchors that GitHub gives to headings. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** The words after each `alluvium` in code, up to the end of that command. */
function commandsOf(markdown: string): string[][] {
  const code = [...markdown.matchAll(/^```(\w*).*\n([\s\S]*?)^```$|(`+)(.+?)\3/gm)];
  return code
    .flatMap(([, language, block = '', , inline]) => {
      if (language === undefined) return [inline ?? ''];
      return ['console', 'sh'].includes(language) ? block.split('\n') : [];
    })
    .flatMap((line) => [
      ...line.replaceAll(/"[^"]*"|'[^']*'/g, '…').matchAll(/(?<![\w./-])alluvium ((?!\d)[^|&;<>)]+)/g),
    ])
    .map(([, words = '']) => words.trim().split(/\s+/));
}

/** The first word that is no command or flag, or null. */
function unknownIn(words: readonly string[]): string | null {
  let command: Command = program;
  for (const word of words) {
    if (word === '--') return null;
    if (word.startsWith('-') && !hasFlag(command, word)) return word;
    if (word.startsWith('-') || command.commands.length === 0) continue;
    const child = command.commands.find((each) => each.name() === word);
    if (child === undefined) return word;
    command = child;
  }
  return null;
}

function hasFlag(command: Command, flag: string): boolean {
  const own = [...command.options, ...program.options].some(({ long, short }) => flag === long || flag === short);
  return own || flag === '--help';
}
