// The bug it would catch: a full disk or descriptor table that condemns data, or that nobody retries.
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { invalid, toAlluviumError } from '../domain/errors.ts';
import { classified, errnoOf, fileSystemError } from './errno.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, open '/a'`), { code, errno: -1, syscall: 'open' });
}

test.each([
  ['ENOENT', 'NotFound', 'object-absent'],
  ['ENOTDIR', 'NotFound', 'object-absent'],
  ['EISDIR', 'NotFound', 'object-absent'],
  ['EMFILE', 'Unavailable', 'descriptors'],
  ['ENFILE', 'Unavailable', 'descriptors'],
  ['ENOSPC', 'Unavailable', 'disk-full'],
  ['EDQUOT', 'Unavailable', 'disk-full'],
  ['EACCES', 'Unavailable', 'permission'],
  ['EPERM', 'Unavailable', 'permission'],
  ['EROFS', 'Unavailable', 'permission'],
  ['EIO', 'Unavailable', 'io-error'],
  ['ENAMETOOLONG', 'Invalid', 'path-too-long'],
  ['ESTALE', 'Unavailable', 'file-system'],
  ['ETIMEDOUT', 'Unavailable', 'file-system'],
])('%s of a read is %s %s', (errno, kind, code) => {
  const cause = systemError(errno);
  const error = fileSystemError(cause, 'a/b', 'read');
  expect(error).toMatchObject({ kind, code, cause, details: { key: 'a/b', errno } });
  expect(error.message).toMatch(/^[a-z].*: a\/b$/);
});

test.each([
  ['ENOENT', 'Unavailable', 'folder-vanished'],
  ['ENOTDIR', 'Invalid', 'key-collides'],
  ['EISDIR', 'Invalid', 'key-collides'],
  ['EEXIST', 'Invalid', 'key-collides'],
  ['ENOSPC', 'Unavailable', 'disk-full'],
])('%s of a write is %s %s', (errno, kind, code) => {
  expect(fileSystemError(systemError(errno), 'a', 'write')).toMatchObject({ kind, code });
});

test('what no operating system threw is left to its own classification', async () => {
  const ours = invalid('some-code', 'some message');
  const failing = async () => {
    throw ours;
  };
  await expect(classified('a', 'read', failing)).rejects.toBe(ours);
  expect(fileSystemError(new TypeError('a defect'), 'a', 'read')).toMatchObject({ kind: 'Internal' });
  const aborted = new DOMException('stopped', 'AbortError');
  expect(fileSystemError(aborted, 'a', 'read')).toMatchObject({ kind: 'Canceled', code: 'interrupted' });
  expect(errnoOf(aborted)).toBeNull();
  expect(errnoOf('ENOENT')).toBeNull();
});

test('an error that Node really throws is recognised', async () => {
  const reading = classified('gone', 'read', async () => readFile(join(tmpdir(), 'alluvium-no-such-file')));
  const error = await reading.catch(toAlluviumError);
  expect(error).toMatchObject({ kind: 'NotFound', details: { errno: 'ENOENT' } });
});

test.skipIf(process.platform === 'win32')(
  'a really full descriptor table is Unavailable, and its cure is named',
  () => {
    const program = `
    import { openSync } from 'node:fs';
    import { LocalStore } from ${JSON.stringify(new URL('local.ts', import.meta.url).href)};
    const store = new LocalStore(${JSON.stringify(tmpdir())});
    try { for (;;) openSync('/dev/null'); } catch {}
    const asked = [() => store.get('a'), () => store.put('alluvium-never-written', new Uint8Array()), () => store.list('').next()];
    const codes = [];
    for (const ask of asked) await ask().catch((error) => codes.push(error.kind + ' ' + error.code + ' ' + error.hint));
    process.stdout.write(JSON.stringify(codes));
  `;
    const command = 'ulimit -n 64 && exec "$0" --input-type=module --eval "$1"';
    const { stdout } = spawnSync('/bin/sh', ['-c', command, process.execPath, program], { encoding: 'utf8' });
    const expected = 'Unavailable descriptors raise `ulimit -n`, or work with a lower concurrency';
    expect(JSON.parse(stdout)).toEqual([expected, expected, expected]);
  },
);
