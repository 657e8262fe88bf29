// Would catch: a command line that works in parts only: contracts, exit codes, streams and the second run, in real processes.
import { spawn } from 'node:child_process';
import { access, appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/alluvium.js', import.meta.url));
const count = 230;
const perBatch = 10;
const batches = count / perBatch;

const none = { superseded: 0, deleted: 0, withdrawn: 0, pending: 0, quarantined: 0, residue: 0, discarded: 0 };

const anyNumber: unknown = expect.any(Number);
const anyText: unknown = expect.any(String);
const anyId: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);
const anyHash: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);
const anything: unknown = expect.anything();

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-e2e-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the main job, one command after the other', () => {
  let setHash: unknown = null;

  test('submit hands in batches', async () => {
    await writeFile(join(folder, 'records.jsonl.gz'), gzipSync(records().join('\n')));
    const { exitCode, json } = await alluvium('submit', 'records.jsonl.gz', '--records-per-batch', `${perBatch}`);
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      collection: 'default',
      sequence: 1,
      records: count,
      skipped: 0,
      batches,
      invalid: 0,
      repeated: 0,
    });
  });

  test('status shows them pending', async () => {
    const { exitCode, json } = await alluvium('status');
    expect(exitCode).toBe(0);
    const ledger = { submitted: count, published: 0, ...none, pending: count };
    expect(json).toEqual({
      stage: 'dev',
      collections: [{ collection: 'default', snapshot: null, ledger, openBatches: batches }],
    });
  });

  test('before the first publish there is nothing to query', async () => {
    const { exitCode, json } = await alluvium('query', 'total');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ error: { kind: 'NotFound', hint: anyText } });
  });

  test('ingest publishes them, and tells its progress beside the result', async () => {
    const { exitCode, json, messages } = await alluvium('ingest', '--deltas-per-chunk', '5', '--workers', '2');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      executionId: anyId,
      outcome: 'Complete',
      durationMs: anyNumber,
      collections: [
        {
          collection: 'default',
          outcome: 'Complete',
          version: 1,
          setHash: anyHash,
          published: count,
          superseded: 0,
          healed: 0,
          pending: 0,
          quarantined: 0,
          residue: 0,
        },
      ],
    });
    expect(messages).toContain(`${batches} batches to embed, ${count} records\n`);
    expect(messages).toContain('published default version 1');
    setHash = first(json, 'collections')['setHash'];
  });

  test('a second ingest publishes nothing and is Complete', async () => {
    const { exitCode, json } = await alluvium('ingest');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ outcome: 'Complete' });
    for (const collection of all(json, 'collections')) {
      expect(collection).toMatchObject({ version: 1, published: 0, superseded: 0, setHash });
    }
  });

  test('query finds what it should', async () => {
    const { exitCode, json } = await alluvium('query', 'total amount of receipt 7', '-k', '5');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ collection: 'default', version: 1 });
    const results = all(json, 'results');
    expect(results).toHaveLength(5);
    for (const result of results) {
      expect(result).toMatchObject({ id: anyText, score: anyNumber, document: anyText });
      expect(result).toHaveProperty('metadata');
      expect(result['document']).toMatch(/total amount of receipt/);
    }
  });

  test('audit balances', async () => {
    const { exitCode, json } = await alluvium('audit');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      balanced: true,
      collections: [{ collection: 'default', submitted: count, published: count, ...none, unaccounted: 0 }],
    });
  });

  test('verify is clean', async () => {
    const { exitCode, json } = await alluvium('verify');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      objects: anyNumber,
      bytes: anyNumber,
      rows: anyNumber,
      damaged: [],
    });
  });

  test('status shows what is published', async () => {
    const { json } = await alluvium('status');
    const ledger = { submitted: count, published: count, ...none };
    const snapshot = { version: 1, rows: count, segments: anyNumber, setHash };
    expect(json).toEqual({
      stage: 'dev',
      collections: [{ collection: 'default', snapshot, ledger, openBatches: 0 }],
    });
  });

  test('the same input again is skipped: nothing is submitted', async () => {
    const { exitCode, json } = await alluvium('submit', 'records.jsonl.gz');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ sequence: null, records: 0, skipped: count, batches: 0 });
  });

  test('a changed record supersedes one version', async () => {
    const [changed] = records();
    await writeFile(join(folder, 'changed.jsonl'), changed?.replace('total', 'grand total') ?? '');
    expect((await alluvium('submit', 'changed.jsonl')).json).toMatchObject({ sequence: 2, records: 1 });
    const { json } = await alluvium('ingest');
    expect(json).toMatchObject({ outcome: 'Complete', collections: [{ version: 2, published: 1, superseded: 1 }] });
    expect((await alluvium('audit')).json).toMatchObject({ balanced: true, collections: [{ superseded: 1 }] });
  });

  test('people read the same in words, and the output of a result is nothing but the result', async () => {
    const status = await run(['status']);
    expect(status.output).toMatch(/ default +2 +\d+ +231 +230 +1 +0 +0\n/);
    const query = await run(['query', 'grand total', '-k', '2']);
    expect(query.output).toMatch(/^2 results from default version 2\n/);
    expect(query.messages).toBe('');
    expect((await run(['audit'])).output).toContain('balanced: every record version is in exactly one place');
  });

  test('damage is found, named, and ends with 6', async () => {
    const damagedFolder = await mkdtemp(join(folder, 'damaged-'));
    const store = join(damagedFolder, 'store');
    await cp(join(folder, '.alluvium'), store, { recursive: true });
    const deltas = join(store, 'collections', 'default', 'deltas');
    const [name = ''] = await readdir(deltas);
    const bytes = await readFile(join(deltas, name));
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await writeFile(join(deltas, name), bytes);
    const { exitCode, json } = await alluvium('verify', '--store', store);
    expect(exitCode).toBe(6);
    expect(all(json, 'damaged')).toEqual([
      expect.objectContaining({
        key: `collections/default/deltas/${name}`,
        reason: anyText,
        expected: anything,
        actual: anything,
      }),
    ]);
  });
});

describe('input that is wrong', () => {
  test('a bad line is named, nothing is submitted; --skip-invalid leaves it out', async () => {
    await writeFile(join(folder, 'bad.jsonl'), [...records().slice(0, 3), '{"id": "x"', ''].join('\n'));
    const refused = await alluvium('submit', 'bad.jsonl', '-c', 'bad');
    expect(refused.exitCode).toBe(2);
    expect(refused.json).toMatchObject({ error: { kind: 'Invalid', details: { line: 4 } } });
    expect(collectionNames(await alluvium('status'))).not.toContain('bad');
    const taken = await alluvium('submit', 'bad.jsonl', '-c', 'bad', '--skip-invalid');
    expect(taken.exitCode).toBe(0);
    expect(taken.json).toMatchObject({ records: 3, invalid: 1 });
    expect(taken.messages).toContain('left out: line 4 is not JSON');
  });

  test('a missing field names those found, and the flag', async () => {
    await writeFile(join(folder, 'table.csv'), 'sku,title,brand\n1,mug,b\n2,"cup, ""blue""",c\n');
    const refused = await alluvium('submit', 'table.csv', '-c', 'table');
    expect(refused.exitCode).toBe(2);
    expect(refused.json).toMatchObject({
      error: { message: 'the header has no field "id"; found: sku, title, brand; name the id field with --id-field' },
    });
    const taken = await alluvium('submit', 'table.csv', '-c', 'table', '--id-field', 'sku', '--text-field', 'title');
    expect(taken.json).toMatchObject({ collection: 'table', records: 2 });
  });

  test('a file that is not there is NotFound, and makes no store', async () => {
    const { exitCode, json } = await alluvium('submit', 'absent.jsonl', '--store', 'elsewhere');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ error: { kind: 'NotFound', message: 'there is no file absent.jsonl' } });
    await expect(access(join(folder, 'elsewhere'))).rejects.toThrow('ENOENT');
  });

  test('a file that is cut short submits nothing', async () => {
    const packed = gzipSync(records().join('\n'));
    await writeFile(join(folder, 'cut.jsonl.gz'), packed.subarray(0, packed.length - 5));
    const { exitCode, json } = await alluvium('submit', 'cut.jsonl.gz', '-c', 'cut');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'input-gzip' } });
    expect(collectionNames(await alluvium('status'))).not.toContain('cut');
  });

  test('a collection name that is none', async () => {
    const { exitCode, json } = await alluvium('submit', 'changed.jsonl', '-c', 'No!');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'collection-name' } });
  });

  test('another stage is refused', async () => {
    const { exitCode, json } = await alluvium('status', '--stage', 'prod');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({ error: { kind: 'Invalid', code: 'stage-mismatch' } });
  });
});

describe('settings', () => {
  test('standard input, the environment and the configuration file are read', async () => {
    const own = await mkdtemp(join(folder, 'settings-'));
    await appendFile(
      join(own, 'alluvium.config.ts'),
      'const size: number = 2;\nexport default { recordsPerBatch: size };\n',
    );
    const how = {
      directory: own,
      input: records().slice(0, 5).join('\n'),
      environment: { ALLUVIUM_STORE: 'from-env' },
    };
    const { json } = await alluviumWith(how, 'submit', '-');
    expect(json).toMatchObject({ records: 5, batches: 3 });
    await access(join(own, 'from-env', 'alluvium.json'));
  });
});

test('a provider of the configuration embeds what it is given, in the workers too', async () => {
  const own = await mkdtemp(join(folder, 'provider-'));
  const embedWith = new URL('../../src/provider/embed-with.ts', import.meta.url);
  await writeFile(
    join(own, 'alluvium.config.mjs'),
    `import { embedWith } from ${JSON.stringify(embedWith.href)};
    const embed = (texts) => texts.map((text) => [text.length, 1]);
    export default { providers: [embedWith(embed, { name: 'lengths', model: 'lengths-1', dimension: 2 })] };`,
  );
  const how = {
    directory: own,
    input: ['a', 'bb', 'ccccccccc'].map((id) => JSON.stringify({ id, document: id })).join('\n'),
  };
  expect((await alluviumWith(how, 'submit', '-', '--provider', 'lengths')).json).toMatchObject({ records: 3 });
  expect((await alluviumWith(how, 'ingest')).json).toMatchObject({
    outcome: 'Complete',
    collections: [{ published: 3 }],
  });
  expect(first((await alluviumWith(how, 'query', 'dddddddddd', '-k', '1')).json, 'results')['id']).toBe('ccccccccc');
  const byVector = await alluviumWith(how, 'query', '--vector', '[1, 1]', '-k', '1');
  expect(first(byVector.json, 'results')).toMatchObject({ id: 'a' });
});

test('who stops reading early is no failure', async () => {
  const { exitCode, messages } = await run(['--help'], { closeOutput: true });
  expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
});

test('Ctrl-C ends with 130 and leaves nothing behind', async () => {
  const { exitCode, json } = await alluviumWith({ interrupt: 'reading' }, 'submit', '-', '-c', 'never');
  expect(exitCode).toBe(130);
  expect(json).toMatchObject({ error: { kind: 'Canceled', code: 'interrupted' } });
  expect(collectionNames(await alluvium('status'))).not.toContain('never');
});

test('an ingest that is interrupted ends with 130; the next one goes on', async () => {
  const own = await mkdtemp(join(folder, 'interrupted-'));
  const input = records().join('\n');
  await alluviumWith({ directory: own, input }, 'submit', '-', '--records-per-batch', '5');
  const interrupted = await alluviumWith({ directory: own, interrupt: 'batches to embed' }, 'ingest', '--workers', '1');
  expect(interrupted.exitCode).toBe(130);
  expect(interrupted.json).toMatchObject({ error: { kind: 'Canceled', code: 'interrupted' } });
  const { exitCode, json } = await alluviumWith({ directory: own }, 'ingest');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ outcome: 'Complete', collections: [{ version: 1, published: count, pending: 0 }] });
});

test('a Node that is too old gets one sentence', async () => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';
  const { exitCode, output, messages } = await run(['status'], {
    nodeFlags: ['--import', `data:text/javascript,${older}`],
  });
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(messages).toMatch(/^alluvium needs Node 22\.18 or newer, this is 20\.20\.2: .*`npx alluvium`.*\n$/);
});

function records(): string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ id: `r${index}`, document: `total amount of receipt ${index}`, metadata: { index } }),
  );
}

function collectionNames({ json }: { json: unknown }): unknown[] {
  return all(json, 'collections').map(({ collection }) => collection);
}

function all(json: unknown, key: string): Record<string, unknown>[] {
  return (json as Record<string, Record<string, unknown>[]>)[key] ?? [];
}

function first(json: unknown, key: string): Record<string, unknown> {
  return all(json, key)[0] ?? {};
}

interface Run {
  readonly directory?: string;
  readonly environment?: Record<string, string>;
  /** What is written to standard input, which then ends. */
  readonly input?: string;
  /** Interrupts once this is said; `reading`: once something was read from standard input, which does not end. */
  readonly interrupt?: string;
  readonly nodeFlags?: readonly string[];
  readonly closeOutput?: boolean;
}

interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
  readonly messages: string;
}

async function run(argv: readonly string[], how: Run = {}): Promise<Ran> {
  const child = spawn(process.execPath, [...(how.nodeFlags ?? []), bin, ...argv], {
    cwd: how.directory ?? folder,
    env: { PATH: process.env['PATH'] ?? '', ...how.environment },
  });
  const read = { output: '', messages: '' };
  child.stdout.on('data', (text: Buffer) => (read.output += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    const said = how.interrupt !== undefined && read.messages.includes(how.interrupt);
    read.messages += text.toString();
    if (how.interrupt !== undefined && !said && read.messages.includes(how.interrupt)) child.kill('SIGINT');
  });
  if (how.closeOutput === true) child.stdout.destroy();
  if (how.interrupt === 'reading') {
    // More than a pipe holds: that the write ends means that the command reads.
    child.stdin.write(`${' '.repeat(1024 * 1024)}\n`, () => child.kill('SIGINT'));
  } else {
    child.stdin.end(how.input ?? '');
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, ...read };
}

/** Runs a command with `--json`, in the test's folder. */
async function alluvium(...argv: string[]): Promise<Ran & { json: unknown }> {
  return alluviumWith({}, ...argv);
}

async function alluviumWith(how: Run, ...argv: string[]): Promise<Ran & { json: unknown }> {
  const ran = await run([...argv, '--json'], how);
  return { ...ran, json: JSON.parse(ran.output) as unknown };
}
