// The bug it would catch: a writer that dies leaves half an object under its key, or had acknowledged what is not there.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isWhole, type WriterReport } from '../../test/store-writer.ts';
import { LocalStore } from './local.ts';

let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'alluvium-crash-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** In mid-body of the first, of later and of bigger objects; right after an acknowledgement, when the next put is under way. */
const moments: readonly (readonly [WriterReport['event'], number])[] = [
  ['chunk', 1],
  ['acknowledged', 1],
  ['chunk', 2],
  ['acknowledged', 2],
  ['chunk', 9],
  ['acknowledged', 7],
  ['chunk', 40],
  ['acknowledged', 26],
  ['acknowledged', 51],
  ['chunk', 200],
];

test.each(moments)(
  'a writer killed at %s %i leaves whole objects, and all that it acknowledged',
  async (event, count) => {
    const acknowledged = await killAt(event, count);
    const store = new LocalStore(root);
    const listed = new Set<string>();
    for await (const { key, bytes } of store.list('')) {
      const object = await store.get(key);
      expect(isWhole(object)).toBe(true);
      expect(object).toHaveLength(bytes);
      listed.add(key);
    }
    expect([...acknowledged].filter((key) => !listed.has(key))).toEqual([]);

    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const leftovers = files.filter((file) => !listed.has(join(file.parentPath, file.name).slice(root.length + 1)));
    expect(leftovers.filter((file) => !basename(file.name).startsWith('.tmp-'))).toEqual([]);
    expect(await store.put('folder-0/0/next', new Uint8Array(3), { ifAbsent: true })).toBe('created');
  },
);

/** Kills a writer when it reports the event for the `count`th time; gives what it had acknowledged by then. */
async function killAt(event: WriterReport['event'], count: number): Promise<ReadonlySet<string>> {
  const script = fileURLToPath(new URL('../../test/store-writer.ts', import.meta.url));
  const writer: ChildProcess = fork(script, [root], { execArgv: [] });
  const acknowledged = new Set<string>();
  let seen = 0;
  writer.on('message', (report: WriterReport) => {
    if (report.event === 'acknowledged') acknowledged.add(report.key);
    if (report.event === event && ++seen === count) writer.kill('SIGKILL');
  });
  const [, signal] = (await once(writer, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}
