import { Command } from 'commander';
import type { Begin, Invocation } from '../invocation.ts';
import { renderDiff, renderSnapshot, renderSnapshots } from '../render/snapshots.ts';
import { parseWholeNumber } from '../settings.ts';
import { anyCollectionOption, collectionOption } from './collection-option.ts';
import { nounCommand } from './noun-command.ts';

const listNotes = `
Examples:
  alluvium snapshots list
  alluvium snapshots list -c lines --json | jq '.snapshots[-1].setHash'
`;

const showNotes = `
Examples:
  alluvium snapshots show -c lines
  alluvium snapshots show 3 -c lines --json | jq '.segmentList[].key'
`;

const diffNotes = `
An id is changed when its content or its vector is another, and renewed when it was only handed in again.

Examples:
  alluvium snapshots diff 2 3 -c lines
  alluvium snapshots diff 2 3 -c lines --json | jq '{added, removed, changed}'
`;

export function snapshotsCommand(begin: Begin): Command {
  return nounCommand('snapshots', 'published versions of collections', [
    listCommand(begin),
    showCommand(begin),
    diffCommand(begin),
  ]);
}

function listCommand(begin: Begin): Command {
  const command = new Command('list')
    .summary('every version, and what it changed')
    .description('Lists every published version, and what it changed.')
    .addOption(anyCollectionOption())
    .addHelpText('after', listNotes);
  return command.action(async (flags: { collection?: string }) =>
    begin(command, async (invocation) => runList(flags, invocation)),
  );
}

function showCommand(begin: Begin): Command {
  const command = new Command('show')
    .summary('a version with its segments')
    .description('Shows a published version with its segments.')
    .argument('[version]', 'its number (default: the latest)')
    .addOption(collectionOption())
    .addHelpText('after', showNotes);
  return command.action(async (version: string | undefined, flags: { collection: string }) =>
    begin(command, async (invocation) => runShow(version, flags, invocation)),
  );
}

function diffCommand(begin: Begin): Command {
  const command = new Command('diff')
    .summary('the ids by which two versions differ')
    .description('Compares the live records of two versions: exact counts, and some ids by name.')
    .argument('<from>', 'the number of a version')
    .argument('<to>', 'the number of another')
    .addOption(collectionOption())
    .addHelpText('after', diffNotes);
  return command.action(async (from: string, to: string, flags: { collection: string }) =>
    begin(command, async (invocation) => runDiff(from, to, flags, invocation)),
  );
}

async function runList({ collection }: { collection?: string }, invocation: Invocation): Promise<number> {
  const store = await invocation.openStore();
  const { listSnapshots } = await import('../../catalog/snapshots.ts');
  const result = await listSnapshots(store, { collection, signal: invocation.signal });
  invocation.print(result, (page) => renderSnapshots(result.snapshots, page));
  return 0;
}

async function runShow(
  text: string | undefined,
  { collection }: { collection: string },
  invocation: Invocation,
): Promise<number> {
  const version = text === undefined ? undefined : parseVersion(text);
  const store = await invocation.openStore();
  const { showSnapshot } = await import('../../catalog/snapshots.ts');
  const snapshot = await showSnapshot(store, collection, { version, signal: invocation.signal });
  invocation.print(snapshot, (page) => renderSnapshot(snapshot, page));
  return 0;
}

async function runDiff(
  from: string,
  to: string,
  { collection }: { collection: string },
  invocation: Invocation,
): Promise<number> {
  const [before, after] = [parseVersion(from), parseVersion(to)];
  const store = await invocation.openStore();
  const { diffSnapshots } = await import('../../catalog/diff-snapshots.ts');
  const diff = await diffSnapshots(store, collection, before, after, { signal: invocation.signal });
  invocation.print(diff, (page) => renderDiff(diff, page));
  return 0;
}

function parseVersion(text: string): number {
  return parseWholeNumber('a version', text, [1, Number.MAX_SAFE_INTEGER]);
}
