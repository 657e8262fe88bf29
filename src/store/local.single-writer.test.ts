// The bug it would catch: an object overwritten, or seen half written, where the file system has no hard links.
import { type link, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { expectError, listKeys } from '../../test/conformance/store-expectations.ts';
import { storeConformance } from '../../test/conformance/store.ts';
import { LocalStore } from './local.ts';

const refusal = vi.hoisted(() => ({ errno: 'EPERM' }));

// The real file system, but for links: as on FAT, and on many network and container file systems.
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: vi.fn<typeof link>(async () => {
    throw Object.assign(new Error('links are refused'), { code: refusal.errno, errno: -1 });
  }),
}));

const bytes = new Uint8Array([1, 2, 3]);

async function open(onWarning: (message: string) => void = () => {}): Promise<LocalStore> {
  return new LocalStore(await mkdtemp(join(tmpdir(), 'alluvium-single-')), onWarning);
}

async function close(store: LocalStore): Promise<void> {
  await rm(fileURLToPath(store.url), { recursive: true });
}

storeConformance('LocalStore without links', { open: async () => open(), close });

test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'])('%s is said aloud, once', async (errno) => {
  refusal.errno = errno;
  const warnings: string[] = [];
  const store = await open((message) => warnings.push(message));
  await Promise.all(['a', 'b', 'c'].map(async (key) => store.put(key, bytes, { ifAbsent: true })));
  await store.put('d', bytes, { ifAbsent: true });
  expect(warnings).toEqual([expect.stringContaining('only one process may write to the store at a time')]);
  expect(await listKeys(store)).toEqual(['a', 'b', 'c', 'd']);
  expect((await readdir(fileURLToPath(store.url))).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  await close(store);
});

test('an error that is no refusal of links does not switch the mode', async () => {
  refusal.errno = 'EIO';
  const warnings: string[] = [];
  const store = await open((message) => warnings.push(message));
  await expectError(store.put('a', bytes, { ifAbsent: true }), 'Unavailable', 'io-error');
  expect(warnings).toEqual([]);
  expect(await readdir(fileURLToPath(store.url))).toEqual([]);
  refusal.errno = 'EPERM';
  await close(store);
});

test('two stores on one folder do not overwrite each other', async () => {
  const store = await open();
  const other = new LocalStore(fileURLToPath(store.url), () => {});
  for (let round = 0; round < 20; round++) {
    const key = `race/${round}`;
    const puts = [store, other, store, other].map(async (each, index) =>
      each.put(key, new Uint8Array([index]), { ifAbsent: true }),
    );
    const results = await Promise.all(puts);
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    expect(await store.get(key)).toEqual(new Uint8Array([results.indexOf('created')]));
  }
  await close(store);
});

test('the claim of a process that died blocks its key, says how to go on, and loses nothing', async () => {
  const store = await open();
  const claim = join(fileURLToPath(store.url), '.tmp-claim-a');
  await writeFile(claim, '');
  const error = await expectError(store.put('a', bytes, { ifAbsent: true }), 'Unavailable', 'key-claimed');
  expect(error.hint).toContain(claim);
  expect(await readdir(fileURLToPath(store.url))).toEqual(['.tmp-claim-a']);
  expect(await store.put('b', bytes, { ifAbsent: true })).toBe('created');
  await rm(claim);
  expect(await store.put('a', bytes, { ifAbsent: true })).toBe('created');
  await close(store);
});
