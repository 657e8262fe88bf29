// The bug it would catch: what the contract does not say of a folder: modes, leftovers, strangers, folders in an object's place.
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectError, listKeys } from '../../test/conformance/store-expectations.ts';
import { LocalStore } from './local.ts';

const bytes = new Uint8Array([1, 2, 3]);
let folder = '';
let root = '';
let store = new LocalStore('/');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-local-'));
  root = join(folder, 'new', 'root');
  store = new LocalStore(root);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('its address is the URL of its folder', () => {
  expect(store.url).toBe(pathToFileURL(root).href);
});

test('a store whose folder does not exist is empty, and reading does not create it', async () => {
  expect(await listKeys(store)).toEqual([]);
  expect(await store.head('a')).toBeNull();
  await expectError(store.get('a'), 'NotFound');
  await store.delete('a');
  expect(await readdir(folder)).toEqual([]);
});

test('nobody else may read files and folders', async () => {
  await store.put('a/b/object', bytes);
  await store.put('a/b/created', bytes, { ifAbsent: true });
  for (const path of ['a/b/object', 'a/b/created']) expect((await stat(join(root, path))).mode & 0o777).toBe(0o600);
  for (const path of ['', 'a', 'a/b']) expect((await stat(join(root, path))).mode & 0o777).toBe(0o700);
});

test('no put leaves a temporary file, whether it succeeds, loses or fails', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new Error('the body failed');
  }
  await store.put('folder/a', bytes);
  await store.put('folder/a', bytes);
  await store.put('folder/b', bytes, { ifAbsent: true });
  await store.put('folder/b', bytes, { ifAbsent: true });
  await expect(store.put('folder/c', failing())).rejects.toThrow('the body failed');
  await expect(store.put('folder/c', failing(), { ifAbsent: true })).rejects.toThrow('the body failed');
  expect((await readdir(join(root, 'folder'))).toSorted()).toEqual(['a', 'b']);
});

test('the body may be a stream whose file is absent: that is no error of the store', async () => {
  const absent = Object.assign(new Error('ENOENT: no such input'), { code: 'ENOENT', errno: -2 });
  // oxlint-disable-next-line require-yield -- it fails before its first chunk
  async function* input(): AsyncGenerator<Uint8Array> {
    throw absent;
  }
  await expect(store.put('a', input())).rejects.toBe(absent);
});

test('leftovers and files of other programs are no objects', async () => {
  await store.put('a/object', bytes);
  await writeFile(join(root, 'a', '.tmp-leftover'), bytes);
  await writeFile(join(root, '.DS_Store'), bytes);
  await writeFile(join(root, 'README.txt'), bytes);
  expect(await listKeys(store)).toEqual(['a/object']);
});

test('an object and a folder cannot have the same name', async () => {
  await store.put('object', bytes);
  await store.put('folder/object', bytes);
  for (const ifAbsent of [true, false]) {
    await expectError(store.put('object/below', bytes, { ifAbsent }), 'Invalid', 'key-collides');
    await expectError(store.put('folder', bytes, { ifAbsent }), 'Invalid', 'key-collides');
  }
  expect(await listKeys(store)).toEqual(['folder/object', 'object']);
  expect((await readdir(root)).toSorted()).toEqual(['folder', 'object']);
});

test('a folder that was removed behind our back is made again', async () => {
  await store.put('a/b/c', bytes);
  await rm(root, { recursive: true });
  expect(await store.put('a/b/c', bytes, { ifAbsent: true })).toBe('created');
  expect(await listKeys(store)).toEqual(['a/b/c']);
});

test('a folder that was moved elsewhere and linked is still listed; links in a circle end', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  await mkdir(root, { recursive: true });
  await symlink(elsewhere, join(root, 'collections'));
  await store.put('collections/a', bytes);
  expect(await listKeys(store)).toEqual(['collections/a']);
  await symlink('.', join(elsewhere, 'circle'.repeat(39)));
  const keys = await listKeys(store);
  expect(keys).toContain('collections/a');
  expect(keys.every((key) => key.length <= 1_024)).toBe(true);
});
