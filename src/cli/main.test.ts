// Would catch: help that says something else than the commands do, and usage errors that break the contract of exit codes and JSON.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordTerminal } from '../../test/recorded-terminal.ts';
import { version } from '../runtime/package-version.ts';
import { main } from './main.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-cli-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('alone, it shows the main job and where to go on', async () => {
  const { output } = await succeed();
  expect(output.replace(version, '<version>')).toMatchInlineSnapshot(`
    "alluvium <version>: embeddings in, a verified snapshot out

      alluvium submit <file>   hand in records: .jsonl or .csv, also .gz, or - for standard input
      alluvium ingest          embed, compact and publish what was handed in
      alluvium status          what is published, and where every record version is
      alluvium query [text]    search the published snapshot

    All commands: alluvium --help
    One command, with examples: alluvium ingest --help
    "
  `);
});

test('help', async () => {
  expect((await succeed('--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium <command> [options]

    Embeddings in, a verified snapshot out: every record is accounted for.

    The main job:
      submit <file>             hand in records: .jsonl or .csv, also .gz, or - for standard input
      ingest                    embed, compact and publish what was handed in
      status                    what is published, and where every record version is
      query [text]              search the published snapshot

    What the store holds:
      batches list|show|cancel  jobs at embedding providers
      deltas list|show          sealed embeddings of batches
      collections list|show     named sets of records with one model, dimension and metric
      executions list|show      runs of the state machine
      snapshots list|show|diff  published versions of collections

    Trust:
      verify                    check every stored byte against its seal
      audit                     balance the account of every record version
      why [id]                  where a record is, and how it got there

    To begin with:
      init                      write a configuration to begin with, and make the store

    Everywhere:
      --store <folder>          where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>            the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>           a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json                    print the result, or the error, as one JSON object
      --version                 print the version
      -h, --help                print help
    "
  `);
});

test('help of submit', async () => {
  expect((await succeed('submit', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium submit [options] <file>

    Hands in records. What is new or changed waits in batches for the next ingest.

    Arguments:
      file                     .jsonl or .csv, also .gz, or - for standard input (JSON lines)

    Options:
      -c, --collection <name>  the collection (default: "default")

    Reading:
      --id-field <name>        the field that holds the id (default: "id")
      --text-field <name>      the field that holds the text (default: "document")
      --metadata-fields <a,b>  the fields that become metadata, instead of "metadata" or all other columns
      --format <format>        instead of what the name tells (choices: "jsonl", "csv")

    Handing in:
      --records-per-batch <n>  records that are embedded together (default: 500, env: ALLUVIUM_RECORDS_PER_BATCH)
      --force                  embed every record, changed or not
      --skip-invalid           leave bad lines out, instead of handing in nothing
      --folder <dir>           where request files go and answers come from (provider "files")

    A new collection:
      --provider <name>        who embeds it (default: "local", or "given" where the first record has a vector)
      --model <name>           the embedding model
      --dimension <n>          the length of its vectors
      --metric <metric>        how its vectors are compared, by cosine unless said (choices: "cosine", "l2",
                               "dot")

    Everywhere:
      -h, --help               print help
      --store <folder>         where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>           the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>          a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json                   print the result, or the error, as one JSON object

    Records:
      A record has an "id" (a string, or a whole number that becomes one) and a "document" (the text), and if
      wanted "metadata" (an object) and a "vector" (a list of numbers, published as it is). In a table, every
      other column becomes metadata. Lines are numbered from 1; the rows of a table from 1 below its header.

      It is all or nothing: bad lines are named and nothing is handed in, unless --skip-invalid. Records that
      have not changed since they were handed in before are skipped, unless --force.

      With --provider files, requests for OpenAI's Batch API are written to a folder, and whatever is put there as
      *.jsonl is searched for their answers: output and error files, in any order, under any name. A file that is not
      whole yet is waited for; beside one that will not become whole, put an empty <file>.done.

    Examples:
      alluvium submit records.jsonl
      alluvium submit lines.jsonl.gz -c lines --records-per-batch 50
      alluvium submit table.csv --id-field sku --text-field title --metadata-fields brand,price
      zcat records.jsonl.gz | alluvium submit -
      alluvium submit records.jsonl --provider files --folder batches \\
          --model text-embedding-3-small --dimension 1536

    "
  `);
});

test('help of ingest', async () => {
  expect((await succeed('ingest', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium ingest [options]

    Embeds what was handed in, seals it, compacts it in parallel and publishes a snapshot that was verified.

    Options:
      -c, --collection <name>  only this collection; may be repeated (default: all)
      --concurrency <n>        chunks that are compacted at the same time (default: 5, env: ALLUVIUM_CONCURRENCY)
      --deltas-per-chunk <n>   deltas that are compacted together (default: 10, env: ALLUVIUM_DELTAS_PER_CHUNK)
      --workers <n>            worker processes (default: one per core, env: ALLUVIUM_WORKERS)
      --wait                   ingest again until nothing is pending
      --timeout <duration>     with --wait: give up after so long (90s, 10m, 2h)
      --watch                  ingest again and again until interrupted
      --every <duration>       pause between two ingests of --wait or --watch (default: "10s")
      --time-limit <duration>  start no further task after so long; what was not reached stays pending
      --log-format <format>    a log on stderr instead of progress (choices: "none", "text", "json", default:
                               "none")
      --log-level <level>      the least level that is logged (choices: "debug", "info", "warn", "error", default:
                               "info")

    Everywhere:
      -h, --help               print help
      --store <folder>         where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>           the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>          a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json                   print the result, or the error, as one JSON object

    Exit codes:
      0  Complete
      3  CompleteWithQuarantine: published, but something was left out for good
      4  Failed: nothing changed
      5  Inconclusive: what was certain is published, the rest is as before

    Examples:
      alluvium ingest
      alluvium ingest -c lines --concurrency 8
      alluvium ingest --json | jq .outcome
      alluvium ingest --wait --timeout 2h
      alluvium ingest --time-limit 4m --log-format json

    "
  `);
});

test('help of status', async () => {
  expect((await succeed('status', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium status [options]

    Shows what every collection has published, and where every record version is.

    Everywhere:
      -h, --help        print help
      --store <folder>  where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>    the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>   a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json            print the result, or the error, as one JSON object

    Every record version that was handed in is in exactly one place: published, superseded (by a later
    version), deleted, withdrawn, pending, quarantined, residue (it has no vector) or discarded.
    \`alluvium audit\` proves it.

    Examples:
      alluvium status
      alluvium status --json | jq '.collections[].ledger'

    "
  `);
});

test('help of query', async () => {
  expect((await succeed('query', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium query [options] [text]

    Searches the published snapshot for the records nearest to a text or a vector.

    Arguments:
      text                     what to look for

    Options:
      -c, --collection <name>  the collection (default: "default")
      -k, --results <n>        how many (default: "10")
      --vector <json>          a vector, instead of a text

    Everywhere:
      -h, --help               print help
      --store <folder>         where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>           the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>          a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json                   print the result, or the error, as one JSON object

    Examples:
      alluvium query "total amount"
      alluvium query "total amount" -c lines -k 5 --json
      alluvium query --vector "[0.1, 0.7, 0.2]" -c lines

    "
  `);
});

test('help of verify names its twin', async () => {
  expect((await succeed('verify', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium verify [options]

    Reads every stored object and checks it against the digest that another one holds of it.

    Everywhere:
      -h, --help        print help
      --store <folder>  where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>    the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>   a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json            print the result, or the error, as one JSON object

    Twin:
      \`alluvium audit\` asks whether every record is accounted for; verify asks whether every stored byte is what was sealed.

    Exit codes:
      0  clean
      6  damaged: the keys are named

    Examples:
      alluvium verify
      alluvium verify --json | jq '.damaged[].key'

    "
  `);
});

test('help of audit names its twin', async () => {
  expect((await succeed('audit', '--help')).output).toMatchInlineSnapshot(`
    "Usage: alluvium audit [options]

    Balances what was handed in against the places where record versions are, in numbers and in key hashes.

    Everywhere:
      -h, --help        print help
      --store <folder>  where everything is kept (default: "./.alluvium", env: ALLUVIUM_STORE)
      --stage <name>    the stage the store must belong to (default: "dev", env: ALLUVIUM_STAGE)
      --config <path>   a configuration file (default: alluvium.config.{ts,js,mjs,json})
      --json            print the result, or the error, as one JSON object

    Twin:
      \`alluvium verify\` asks whether every stored byte is what was sealed; audit asks whether every record is accounted for.

    Exit codes:
      0  balanced
      6  not balanced: the records are named

    Examples:
      alluvium audit
      alluvium audit --json | jq .balanced

    "
  `);
});

test('--version', async () => {
  expect((await succeed('--version')).output).toBe(`${version}\n`);
});

test.each([
  [['frobnicate'], 'unknown-command', "unknown command 'frobnicate'"],
  [['statsu'], 'unknown-command', "unknown command 'statsu'"],
  [['status', '--frob'], 'unknown-option', "unknown option '--frob'"],
  [['submit'], 'missing-argument', "missing required argument 'file'"],
  [['status', 'extra'], 'excess-arguments', "too many arguments for 'status'. Expected 0 arguments but got 1: extra."],
  [
    ['submit', '-'],
    'setting-range',
    '--records-per-batch must be a whole number from 1 to 50000, not 0',
    '--records-per-batch',
    '0',
  ],
  [['ingest'], 'setting-range', '--workers must be a whole number from 1 to 64, not 1.5', '--workers', '1.5'],
  [['query', 'text'], 'setting-range', '--results must be a whole number from 1 to 1000, not ten', '-k', 'ten'],
  [['query'], 'query-input', 'say what to look for: a text, or a vector with --vector'],
  [['query'], 'query-vector', '--vector is not JSON', '--vector', '[1'],
  [
    ['submit', '-'],
    'metadata-fields',
    '--metadata-fields takes names with commas between them, not "a,,b"',
    '--metadata-fields',
    'a,,b',
  ],
])('%j is Invalid: %s', async (args, code, message, ...more: string[]) => {
  const people = await run(...args, ...more);
  expect(people).toMatchObject({ exitCode: 2, output: '' });
  expect(people.messages.split('\n')[0]).toBe(`error: ${message}`);
  const programs = await run('--json', ...args, ...more);
  expect(programs).toMatchObject({ exitCode: 2, messages: '' });
  expect(JSON.parse(programs.output)).toMatchObject({ error: { kind: 'Invalid', code, message } });
});

test('a mistyped word is recognised', async () => {
  expect((await run('statsu')).messages).toContain('  hint: did you mean status?\n');
});

test('--json without a command is an error like any other', async () => {
  const { exitCode, output } = await run('--json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(output)).toMatchObject({ error: { kind: 'Invalid' } });
});

test('after --, nothing is a flag', async () => {
  const { messages, output } = await run('query', '--store', join(folder, 'absent'), '--', '--json');
  expect(output).toBe('');
  expect(messages).toContain('error: there is no store at ');
});

test.each([
  'ingest',
  'status',
  'query text',
  'verify',
  'audit',
  'why id',
  'batches list',
  'batches cancel id',
  'deltas list',
  'collections list',
  'executions list',
  'snapshots show',
])('%s needs a store', async (command) => {
  const { exitCode, output } = await run(...command.split(' '), '--json', '--store', join(folder, 'absent'));
  expect(exitCode).toBe(2);
  expect(JSON.parse(output)).toMatchObject({ error: { kind: 'NotFound', code: 'store-absent' } });
});

async function succeed(...argv: string[]): Promise<{ output: string }> {
  const { exitCode, output, messages } = await run(...argv);
  expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
  return { output };
}

async function run(...argv: string[]): Promise<{ exitCode: number; output: string; messages: string }> {
  const terminal = recordTerminal({ directory: folder });
  const exitCode = await main(argv, terminal);
  return { exitCode, ...terminal.written };
}
