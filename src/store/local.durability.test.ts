// The bug it would catch: an acknowledged object, or a folder on the way to it, that a power cut takes back.
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalStore } from './local.ts';

interface Trace {
  /** `sync` brings a file's bytes or a folder's entries to the disk; `name` gives `path` to what was at `from`. */
  readonly does: 'write' | 'sync' | 'name' | 'mkdir' | 'unlink';
  readonly path: string;
  readonly from?: string;
}

const recorder = vi.hoisted(() => ({ trace: [] as Trace[], folderSyncErrno: '' }));

// The real file system, with a record of what is asked of it, in order of completion.
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const { trace } = recorder;
  const open: typeof fs.open = async (path, ...more) => {
    const handle = await fs.open(path, ...more);
    const isDirectory = (await handle.stat()).isDirectory();
    const sync = handle.sync.bind(handle);
    const writeFile = handle.writeFile.bind(handle);
    handle.sync = async () => {
      if (isDirectory && recorder.folderSyncErrno !== '') {
        throw Object.assign(new Error('refused'), { code: recorder.folderSyncErrno, errno: -22 });
      }
      await sync();
      trace.push({ does: 'sync', path: String(path) });
    };
    handle.writeFile = async (...args) => {
      await writeFile(...args);
      trace.push({ does: 'write', path: String(path) });
    };
    return handle;
  };
  const naming =
    (name: (from: string, path: string) => Promise<void>) =>
    async (from: string, path: string): Promise<void> => {
      await name(from, path);
      trace.push({ does: 'name', path, from });
    };
  const mkdir = async (path: string, options: { recursive: true }): Promise<string | undefined> => {
    const first = await fs.mkdir(path, options);
    if (first !== undefined) trace.push({ does: 'mkdir', path: first });
    return first;
  };
  const unlink = async (path: string): Promise<void> => {
    await fs.unlink(path);
    trace.push({ does: 'unlink', path });
  };
  return { ...fs, open, link: naming(fs.link), rename: naming(fs.rename), mkdir, unlink };
});

const bytes = new Uint8Array([1, 2, 3]);
let folder = '';
let root = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-durable-'));
  root = join(folder, 'new', 'root');
  recorder.trace.length = 0;
  recorder.folderSyncErrno = '';
});

afterEach(async () => {
  recorder.folderSyncErrno = '';
  await rm(folder, { recursive: true });
});

function indexOf(does: Trace['does'], path: string): number {
  return recorder.trace.findLastIndex((each) => each.does === does && each.path === path);
}

/** The bytes were on the disk before they got their name, and the name was before the put resolved. */
function expectDurableObject(path: string): void {
  const named = indexOf('name', path);
  const from = recorder.trace[named]?.from ?? '';
  expect(indexOf('write', from)).toBeGreaterThanOrEqual(0);
  expect(indexOf('sync', from)).toBeGreaterThan(indexOf('write', from));
  expect(named).toBeGreaterThan(indexOf('sync', from));
  expect(indexOf('sync', dirname(path))).toBeGreaterThan(named);
}

/** Each folder from `path` up to (not including) `top` has its entry on the disk, made by whomever. */
function expectDurableFolders(path: string, top: string): void {
  for (let each = path; each !== top; each = dirname(each)) {
    expect(indexOf('sync', dirname(each))).toBeGreaterThan(indexOf('mkdir', each));
    expect(indexOf('sync', dirname(each))).toBeGreaterThanOrEqual(0);
  }
}

test.each([true, false])('bytes, name, folder and every new folder reach the disk (ifAbsent: %s)', async (ifAbsent) => {
  const store = new LocalStore(root);
  await store.put('a/b/c/object', bytes, { ifAbsent });
  expectDurableObject(join(root, 'a/b/c/object'));
  expectDurableFolders(join(root, 'a/b/c'), folder);
});

test('streamed bytes reach the disk after the last chunk', async () => {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield bytes;
    yield bytes;
  }
  await new LocalStore(root).put('object', body(), { ifAbsent: true });
  expectDurableObject(join(root, 'object'));
});

test('a folder that another process made a moment ago is brought to the disk, too', async () => {
  mkdirSync(join(root, 'a', 'b'), { recursive: true });
  await new LocalStore(root).put('a/b/object', bytes, { ifAbsent: true });
  expectDurableFolders(join(root, 'a', 'b'), root);
});

test('`exists` is said only once the winner’s name is on the disk', async () => {
  await new LocalStore(root).put('a/object', bytes, { ifAbsent: true });
  recorder.trace.length = 0;
  expect(await new LocalStore(root).put('a/object', bytes, { ifAbsent: true })).toBe('exists');
  expect(indexOf('sync', join(root, 'a'))).toBeGreaterThan(indexOf('unlink', recorder.trace[0]?.path ?? ''));
  expectDurableFolders(join(root, 'a'), root);
});

test('a known folder costs one sync of itself', async () => {
  const store = new LocalStore(root);
  await store.put('a/b/first', bytes);
  recorder.trace.length = 0;
  await store.put('a/b/second', bytes);
  const synced = recorder.trace.filter((each) => each.does === 'sync' && !each.path.includes('.tmp-'));
  expect(synced.map((each) => each.path)).toEqual([join(root, 'a', 'b')]);
});

test('a folder that had to be made again is made durable again', async () => {
  const store = new LocalStore(root);
  await store.put('a/b/object', bytes);
  await rm(join(root, 'a'), { recursive: true });
  recorder.trace.length = 0;
  await store.put('a/b/object', bytes);
  expectDurableFolders(join(root, 'a', 'b'), root);
});

test('a delete reaches the disk, once for each folder', async () => {
  const store = new LocalStore(root);
  for (const key of ['a/1', 'a/2', 'b/1']) await store.put(key, bytes);
  recorder.trace.length = 0;
  await store.deleteMany(['a/1', 'a/2', 'b/1', 'c/absent']);
  const synced = recorder.trace.filter((each) => each.does === 'sync').map((each) => each.path);
  expect(synced.toSorted()).toEqual([join(root, 'a'), join(root, 'b')]);
  expect(indexOf('sync', join(root, 'a'))).toBeGreaterThan(indexOf('unlink', join(root, 'a/2')));
});

test('where folders cannot be synced it says so once, and goes on', async () => {
  recorder.folderSyncErrno = 'EINVAL';
  const warnings: string[] = [];
  const store = new LocalStore(root, (message) => warnings.push(message));
  await store.put('a/object', bytes);
  await store.put('b/object', bytes, { ifAbsent: true });
  expect(warnings).toEqual([
    expect.stringMatching(/^this file system cannot bring a folder to the disk.*alluvium-durable/),
  ]);
});

test('a disk that fails to take a folder is no success', async () => {
  const store = new LocalStore(root);
  await store.put('a/object', bytes);
  recorder.folderSyncErrno = 'EIO';
  const putting = store.put('a/other', bytes, { ifAbsent: true });
  await expect(putting).rejects.toMatchObject({ kind: 'Unavailable', code: 'io-error', details: { key: 'a/other' } });
});
