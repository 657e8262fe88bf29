// Would catch: an id or a name that becomes a path, files that others can read, a link that a write follows, input that eats all memory or time,
// and a stranger's text that commands the terminal.
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { createProgram } from '../../src/cli/program.ts';
import { limits } from '../../src/domain/limits.ts';
import { audit, inputLines, MemoryStore, openOn, openStore, readRows, submit, verify } from '../../src/index.ts';
import { recordTerminal } from '../recorded-terminal.ts';
import { all, run, temporaryFolder } from './run-alluvium.ts';

/** What a path, a terminal, a shell, JavaScript or a text file may take for something else than a name. */
const paths = [
  '../',
  '../../etc/passwd',
  '..',
  '.',
  '/',
  '/etc/passwd',
  String.raw`..\..\x`,
  '%2e%2e%2f',
  '~',
  'file:///x',
];
const controls = [
  '\0',
  'a\0b',
  '\u0001\n\r\t\u007F',
  '\u001B[2J',
  '\u0085\u009B31m',
  '\u2028',
  '\u202E',
  '\uFEFF',
  ' ',
];
const words = ['__proto__', 'constructor', 'toString', '$(id)', '`id`', "';--", '0', 'null'];
const letters = ['😀', '👩‍👩‍👧', 'é', 'e\u0301', '\u{10FFFF}', 'x'.repeat(10 * 1024), '😀'.repeat(limits.idBytesMax / 4)];
const odd = [...paths, ...controls, ...words, ...letters];

let folder = '';
let inner = '';
let root = '';
let remove = async (): Promise<void> => undefined;

beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
  inner = join(folder, 'inner');
  root = join(inner, '.alluvium');
  await mkdir(inner);
});
afterEach(async () => remove());

test('whatever an id or a document is, it comes back as it was, and nothing leaves the root', async () => {
  const records = odd.map((text) => ({ id: text, document: text, metadata: Object.fromEntries([[text, text]]) }));
  await writeFile(join(folder, 'beside'), 'untouched');
  const before = await tree(folder);
  // Without a mask, what is closed to others was meant to be.
  const nodeFlags = ['--import', 'data:text/javascript,process.umask(0)'];
  const input = records.map((record) => JSON.stringify(record)).join('\n');
  const submitted = await run({ directory: inner, nodeFlags, input }, 'submit', '-', '--records-per-batch', '10');
  const ingested = await run({ directory: inner, nodeFlags }, 'ingest', '--deltas-per-chunk', '2');
  expect([submitted.exitCode, ingested.exitCode], ingested.messages).toEqual([0, 0]);

  const store = await openStore(root);
  const read = new Map<string, unknown>();
  for await (const { id, document, metadata } of readRows(store.store, 'default')) read.set(id, { document, metadata });
  const written = records.map(({ id, document, metadata }) => {
    return [id, { document, metadata: JSON.stringify(metadata) }] as const;
  });
  expect(read).toEqual(new Map<string, unknown>(written));
  expect(await audit(store)).toMatchObject({ balanced: true });
  expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });

  const [outside, inside] = split(await tree(folder));
  expect(outside).toEqual(before);
  expect([...inside.keys()].filter((path) => !/^inner\/\.alluvium(\/[a-z0-9._-]+)*$/.test(path))).toEqual([]);
  expect(new Set([...inside.values()].map(({ type, mode }) => `${type} ${mode}`))).toEqual(
    new Set(['folder 700', 'file 600']),
  );
});

test('requests that leave the store are for their owner only', async () => {
  const box = join(inner, 'box');
  const flags = ['--provider', 'files', '--folder', box, '--model', 'm', '--dimension', '2'];
  expect(await alluvium('submit', '-', ...flags)).toMatchObject({ exitCode: 0 });
  const [outside] = split(await tree(folder));
  outside.delete('inner');
  expect([...outside.values()].map(({ type, mode }) => `${type} ${mode}`)).toEqual(['folder 700', 'file 600']);
});

describe('names', () => {
  const names = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '/abs',
    'ab',
    'Lines',
    'a b',
    'abc\n',
    'abc\0',
    'ab😀',
    '__proto__',
    'abc.d',
    'a'.repeat(64),
  ];

  test.each(collectionCommands())('alluvium %j refuses an odd collection', async (argv) => {
    await makeStore();
    const before = await tree(folder);
    for (const name of names) {
      expect(await alluvium(...argv, '--collection', name)).toMatchObject({ exitCode: 2, code: 'collection-name' });
    }
    expect(await tree(folder)).toEqual(before);
  });

  test('an odd stage or store is refused', async () => {
    for (const name of names) {
      expect(await alluvium('submit', '-', '--stage', name)).toMatchObject({ exitCode: 2, code: 'stage-name' });
    }
    for (const store of ['', 'a\0b', 'file://elsewhere/share', 'file:///a%00b', 'file:///a%2Fb', 's3://bucket/x']) {
      const { exitCode, code } = await alluvium('submit', '-', '--store', store);
      expect([store, exitCode, code]).toEqual([store, 2, expect.stringMatching(/^store-(path|url|scheme)$/)]);
    }
    expect([...(await tree(folder)).keys()]).toEqual(['inner']);
  });

  test('a collection may be called like a member of every object', async () => {
    expect(await alluvium('submit', '-', '-c', 'constructor')).toMatchObject({ exitCode: 0 });
    const { json } = await alluvium('audit');
    expect(all(json, 'collections')).toMatchObject([{ collection: 'constructor', submitted: 1, pending: 1 }]);
  });
});

describe('links', () => {
  test('a write never goes through one', async () => {
    await makeStore();
    const victim = join(folder, 'victim');
    await writeFile(victim, 'untouched');
    const collection = join(root, 'collections', 'other');
    await mkdir(collection, { recursive: true });
    await symlink(victim, join(collection, 'collection.json'));
    await symlink(victim, join(collection, 'latest'));
    expect(await alluvium('submit', '-', '-c', 'other')).toMatchObject({ exitCode: 6, code: 'fact-incomplete' });
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect(await readlink(join(collection, 'collection.json'))).toBe(victim);
  });

  test('a link that leads back is not followed for ever', async () => {
    await makeStore();
    await symlink('.', join(root, 'again'));
    await symlink('..', join(root, 'collections', 'up'));
    await symlink('itself', join(root, 'itself'));
    await symlink('/', join(root, 'everything'));
    const { objects, damaged, foreign } = await verify(await openStore(root));
    expect({ damaged, foreign }).toEqual({ damaged: [], foreign: [] });
    expect(objects).toBeLessThan(20);
  });
});

describe('input that is too much', () => {
  const mebibytes = 1024 * 1024;

  /** 256 MiB of one byte, in 256 KB. */
  const bomb = (byte: string): Buffer[] => Array<Buffer>(16).fill(gzipSync(Buffer.alloc(16 * mebibytes, byte)));

  test.each([
    ['an endless line', 'bomb.jsonl.gz', () => [...bomb('a')], 'line-too-long'],
    ['endless blank lines', 'bomb.jsonl.gz', () => bomb('\n'), 'too-many-lines'],
    ['an endless cell', 'bomb.csv.gz', () => [gzipSync('id,document\n"a'), ...bomb('a')], 'line-too-long'],
  ])('%s is refused in little memory', async (_, name, pieces, code) => {
    await writeFile(join(inner, name), Buffer.concat(pieces()));
    const tellMemory =
      'data:text/javascript,process.on("exit",()=>process._rawDebug("peak",process.resourceUsage().maxRSS))';
    const ran = await run({ directory: inner, nodeFlags: ['--import', tellMemory] }, 'submit', name, '--json');
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(JSON.parse(ran.output)).toMatchObject({ error: { kind: 'Invalid', code } });
    const peakKilobytes = Number(/peak (\d+)/.exec(ran.messages)?.[1]);
    expect(peakKilobytes * 1024).toBeLessThan(250 * mebibytes);
    expect([...(await tree(root)).keys()].filter((path) => path !== 'alluvium.json')).toEqual([]);
  });

  test('large records are held a few at a time', async () => {
    const store = await openOn(new MemoryStore(), { create: true });
    const document = 'x'.repeat(2 * mebibytes);
    let read = 0;
    let written = 0;
    let most = 0;
    async function* lines() {
      for await (const line of inputLines(Array.from({ length: 40 }, (_, n) => ({ id: `r${n}`, document })))) {
        most = Math.max(most, ++read - written);
        yield line;
      }
    }
    await submit(store, 'large', lines(), { onProgress: (progress) => (written = progress.records) });
    expect(written).toBe(40);
    expect(most * document.length).toBeLessThanOrEqual(limits.lookupWindowBytesTarget + document.length);
  });

  test('metadata that no stack holds is a bad line like any other', async () => {
    const nested = (open: string, close: string) =>
      `{"id":"a","document":"x","metadata":{"m":${open.repeat(200_000)}1${close.repeat(200_000)}}}`;
    for (const line of [nested('[', ']'), nested('{"a":', '}')]) {
      const ran = await alluvium('submit', '-', { input: line });
      expect(ran).toMatchObject({ exitCode: 2, code: 'metadata-depth', json: { error: { details: { line: 1 } } } });
    }
  });

  test('an error never quotes more than a little of it', async () => {
    const line = JSON.stringify({ ['f'.repeat(mebibytes)]: 1, [`${'g'.repeat(limits.quotedCharactersMax - 1)}😀`]: 2 });
    for (const input of [line, '{'.repeat(mebibytes), JSON.stringify({ id: 'x'.repeat(mebibytes), document: '' })]) {
      const { exitCode, output } = await alluvium('submit', '-', { input });
      expect(exitCode).toBe(2);
      expect(output.length).toBeLessThan(1_000);
      expect(output.isWellFormed()).toBe(true);
    }
  });
});

test('what a stranger wrote does not command the terminal', async () => {
  const [clear, title] = ['\u001B[2J', '\u001B]0;title\u0007'];
  const record = JSON.stringify({ id: `${clear}id`, document: `${title} river\u009B31m` });
  const input = `{"a": ${clear}\n{"${clear}": 1}\n${record}\n`;
  const submitted = await alluvium('submit', '-', '--skip-invalid', { input, json: false });
  const ingested = await alluvium('ingest', '--workers', '1', { json: false });
  const found = await alluvium('query', `river ${title}`, { json: false });
  const refused = await alluvium('query', 'x', '-c', clear, { json: false });
  expect([submitted, ingested, found, refused].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 2]);
  for (const { output, messages } of [submitted, ingested, found, refused]) {
    expect(output + messages).not.toMatch(/[^\P{Cc}\n]/u);
  }
});

interface How {
  readonly input?: string;
  readonly json?: boolean;
}

/** Runs a command in this process, on the store at `root`; standard input is one record unless said. */
async function alluvium(...given: (string | How)[]) {
  const argv = given.filter((each) => typeof each === 'string');
  const { input = '{"id":"a","document":"x"}', json = true } = given.find((each) => typeof each !== 'string') ?? {};
  const terminal = recordTerminal({ directory: inner, input: Readable.from([Buffer.from(input)]) });
  const place = argv.includes('--store') ? [] : ['--store', root];
  const exitCode = await main([...argv, ...place, ...(json ? ['--json'] : [])], terminal);
  const { output, messages } = terminal.written;
  const printed: unknown = json ? JSON.parse(output) : null;
  return { exitCode, output, messages, json: printed, code: codeOf(printed) };
}

function codeOf(json: unknown): unknown {
  return (json as { error?: { code: string } } | null)?.error?.code;
}

async function makeStore(): Promise<void> {
  expect(await alluvium('submit', '-')).toMatchObject({ exitCode: 0 });
}

/** Every command that takes a collection, with something for each of its arguments. */
function collectionCommands(): [string[]][] {
  const program = createProgram(recordTerminal(), async () => undefined);
  const below = (command: Command, path: readonly string[]): string[][] =>
    command.commands.flatMap((child) => {
      const own = [...path, child.name()];
      const takesOne = child.options.some(({ long }) => long === '--collection');
      const needed = child.registeredArguments.map((argument) => (argument.name() === 'file' ? '-' : '1'));
      return [...(takesOne ? [[...own, ...needed]] : []), ...below(child, own)];
    });
  return below(program, []).map((argv) => [argv]);
}

interface Entry {
  readonly type: 'folder' | 'file';
  readonly mode: string;
  readonly changedAt: number;
}

/** Whatever lies below a folder, by path. A folder's own change is not counted. */
async function tree(top: string): Promise<Map<string, Entry>> {
  const found = await readdir(top, { recursive: true });
  const entries = found.toSorted().map(async (path) => {
    const stats = await lstat(join(top, path));
    const type = stats.isDirectory() ? 'folder' : 'file';
    const changedAt = type === 'folder' ? 0 : stats.ctimeMs;
    return [path, { type, mode: (stats.mode % 0o1000).toString(8), changedAt }] as const;
  });
  return new Map(await Promise.all(entries));
}

/** What lies beside the store, and the store. */
function split(entries: ReadonlyMap<string, Entry>): [Map<string, Entry>, Map<string, Entry>] {
  const isInside = (path: string): boolean => path === 'inner/.alluvium' || path.startsWith('inner/.alluvium/');
  const inside = [...entries].filter(([path]) => isInside(path));
  return [new Map([...entries].filter(([path]) => !isInside(path))), new Map(inside)];
}
