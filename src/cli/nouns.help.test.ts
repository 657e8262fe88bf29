// Would catch: help of a noun that says something else than its commands do, or that leaves one of them out.
import { expect, test } from 'vitest';
import { recordTerminal } from '../../test/recorded-terminal.ts';
import { main } from './main.ts';

const nouns = ['batches', 'deltas', 'collections', 'executions', 'snapshots'];

/** Without the flags that every command has: `main.test.ts` shows them. */
async function help(...argv: string[]): Promise<string> {
  const terminal = recordTerminal();
  const exitCode = await main(argv, terminal);
  expect({ exitCode, messages: terminal.written.messages }).toEqual({ exitCode: 0, messages: '' });
  return terminal.written.output.replace(/^Everywhere:\n( .*\n)+\n?/m, '');
}

test.each(nouns)('%s alone says which commands it has', async (noun) => {
  expect(await help(noun)).toBe(await help(noun, '--help'));
});

test('of the nouns', async () => {
  const texts = await Promise.all(nouns.map(async (noun) => help(noun, '--help')));
  expect(texts.join('')).toMatchInlineSnapshot(`
    "Usage: alluvium batches <command> [options]

    Jobs at embedding providers.

    Commands:
      list              every batch, and where it stands
      show <batch>      what a batch became, and why records have no vector
      cancel <batch>    give up what has not come back

    Usage: alluvium deltas <command> [options]

    Sealed embeddings of batches.

    Commands:
      list              every delta, its place, and the version that took it in
      show <delta>      its seal, block by block

    Usage: alluvium collections <command> [options]

    Named sets of records with one model, dimension and metric.

    Commands:
      list               every collection, with its settings
      show <collection>  its settings, its account, and what was handed in of late

    Usage: alluvium executions <command> [options]

    Runs of the state machine.

    Commands:
      list              every execution, and how it ended
      show <execution>  its history: states and items on one clock

    Usage: alluvium snapshots <command> [options]

    Published versions of collections.

    Commands:
      list              every version, and what it changed
      show [version]    a version with its segments
      diff <from> <to>  the ids by which two versions differ

    "
  `);
});

test('of batches', async () => {
  expect(await help('batches', 'list', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium batches list [options]

    Lists every batch that was handed in, and where it stands.

    Options:
      -c, --collection <name>  only this collection (default: all)
      --state <a,b>            only those in one of these states

    States:
      pending    handed in, and not brought home yet
      sealed     brought home, and not published yet
      published  every delta of it was taken in by a version
      residue    the same, but for records that came back without a usable vector
      cancelled  what did not come back is discarded
      damaged    its own facts cannot be read

    Examples:
      alluvium batches list --state pending,sealed
      alluvium batches list -c lines --json | jq '.batches[].batchId'

    "
  `);
  expect(await help('batches', 'show', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium batches show [options] <batch>

    Shows what a batch became, and why some of its records have no vector.

    Arguments:
      batch                    its id

    Options:
      -c, --collection <name>  only this collection (default: all)

    Examples:
      alluvium batches show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012
      alluvium batches show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012 --json | jq .residueByCode

    "
  `);
  expect(await help('batches', 'cancel', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium batches cancel [options] <batch>

    Cancels a batch: what has come back is published, the rest is discarded.

    Arguments:
      batch                    its id

    Options:
      -c, --collection <name>  only this collection (default: all)

    A cancelled batch is never embedded. What its provider has answered by now is published, the rest is discarded:
    its records can be submitted again.

    Exit codes:
      0  cancelled, now or before
      4  there is nothing left to cancel: everything has come back

    Examples:
      alluvium batches cancel 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012

    "
  `);
});

test('of deltas', async () => {
  expect(await help('deltas', 'list', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium deltas list [options]

    Lists every sealed delta: its place, its size, and the version that took it in.

    Options:
      -c, --collection <name>  only this collection (default: all)
      --unverified             only those that no version has taken in yet
      --written-before <date>  only those that were sealed before a date, such as 2026-07-01 (UTC)

    A chunk verifies a delta against its seal before a version takes it in. Unverified are those that no version has:
    \`alluvium ingest\` does both, \`alluvium verify\` only checks.

    Examples:
      alluvium deltas list -c lines
      alluvium deltas list --unverified
      alluvium deltas list --written-before 2026-07-01 --json | jq '.deltas[].key'

    "
  `);
  expect(await help('deltas', 'show', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium deltas show [options] <delta>

    Shows the seal of a delta: digests, and where each block of rows lies.

    Arguments:
      delta                    its id, or its key

    Options:
      -c, --collection <name>  only this collection (default: all)

    Examples:
      alluvium deltas show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e
      alluvium deltas show collections/lines/deltas/0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e.arrow --json

    "
  `);
});

test('of collections', async () => {
  expect(await help('collections', 'list', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium collections list [options]

    Lists every collection with its settings and what it has published.

    Examples:
      alluvium collections list
      alluvium collections list --json | jq '.collections[] | {collection, model, dimension}'

    "
  `);
  expect(await help('collections', 'show', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium collections show [options] <collection>

    Shows the settings of a collection, its account, and what was handed in of late.

    Arguments:
      collection        its name

    Examples:
      alluvium collections show lines
      alluvium collections show lines --json | jq .ledger

    "
  `);
});

test('of executions', async () => {
  expect(await help('executions', 'list', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium executions list [options]

    Lists every execution, oldest first, and how it ended.

    Examples:
      alluvium executions list
      alluvium executions list --json | jq '.executions[] | select(.outcome != "Complete")'

    "
  `);
  expect(await help('executions', 'show', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium executions show [options] <execution>

    Shows the history of an execution: its states, and its items with how each ended.

    Arguments:
      execution         its id

    Options:
      --events          every event instead, one a line

    Every time is UTC, of one clock. An execution without an end is under way, or its process died: then the next
    \`alluvium ingest\` goes on with it.

    Examples:
      alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e
      alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e --events
      alluvium executions show 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e --json | jq '.items[] | select(.attempts > 1)'

    "
  `);
});

test('of snapshots', async () => {
  expect(await help('snapshots', 'list', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium snapshots list [options]

    Lists every published version, and what it changed.

    Options:
      -c, --collection <name>  only this collection (default: all)

    Examples:
      alluvium snapshots list
      alluvium snapshots list -c lines --json | jq '.snapshots[-1].setHash'

    "
  `);
  expect(await help('snapshots', 'show', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium snapshots show [options] [version]

    Shows a published version with its segments.

    Arguments:
      version                  its number (default: the latest)

    Options:
      -c, --collection <name>  the collection (default: "default")

    Examples:
      alluvium snapshots show -c lines
      alluvium snapshots show 3 -c lines --json | jq '.segmentList[].key'

    "
  `);
  expect(await help('snapshots', 'diff', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium snapshots diff [options] <from> <to>

    Compares the live records of two versions: exact counts, and some ids by name.

    Arguments:
      from                     the number of a version
      to                       the number of another

    Options:
      -c, --collection <name>  the collection (default: "default")

    An id is changed when its content or its vector is another, and renewed when it was only handed in again.

    Examples:
      alluvium snapshots diff 2 3 -c lines
      alluvium snapshots diff 2 3 -c lines --json | jq '{added, removed, changed}'

    "
  `);
});

test('of why', async () => {
  expect(await help('why', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium why [options] [id]

    Follows every version of a record from its line in a hand-in by batch, delta, chunk and segment to the version
    it became live in.

    Arguments:
      id                       the id of the record

    Options:
      -c, --collection <name>  only this collection (default: all)
      --id-stdin               read the id from standard input, as it is but for a last line end

    Hand-ins that were skipped because nothing had changed leave no trace, so no version of them is shown.
    An id that begins with - goes behind --; one that no shell can pass on is read with --id-stdin.

    Examples:
      alluvium why "RECEIPT#00012#LINE#00003"
      alluvium why -c lines -- --odd-id
      printf '%s' "$id" | alluvium why --id-stdin --json | jq '.versions[].place'

    "
  `);
});

test('of init', async () => {
  expect(await help('init', '--help')).toMatchInlineSnapshot(`
    "Usage: alluvium init [options]

    Writes a commented alluvium.config.ts, and makes the store where there is none.

    It is never needed: \`alluvium submit FILE\` works in an empty folder, and makes the store where there is none.

    Examples:
      alluvium init
      alluvium init --store ./vectors --stage prod

    "
  `);
});
