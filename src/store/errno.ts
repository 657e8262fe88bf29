import { AlluviumError, type ErrorKind, type ErrorOptions, toAlluviumError } from '../domain/errors.ts';

/**
 * What every errno of a file system means to the caller of a store.
 *
 * 1. A sick environment is `Unavailable`, never `Corrupt`: it says nothing about the bytes.
 * 2. What is not in the table is `Unavailable` too, with the errno in its details: it may pass, and it condemns nothing.
 */

interface Meaning {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const absent: Meaning = { kind: 'NotFound', code: 'object-absent', message: 'there is no such object' };

const descriptors: Meaning = {
  kind: 'Unavailable',
  code: 'descriptors',
  message: 'the table of open files is full',
  hint: 'raise `ulimit -n`, or work with a lower concurrency',
};

const diskFull: Meaning = {
  kind: 'Unavailable',
  code: 'disk-full',
  message: 'the disk or its quota is full',
  hint: 'free some space and run the command again: what was acknowledged is safe',
};

const permission: Meaning = {
  kind: 'Unavailable',
  code: 'permission',
  message: 'the file system does not allow it',
  hint: 'check the owner and mode of the store, and whether it is mounted read-only',
};

const collision: Meaning = {
  kind: 'Invalid',
  code: 'key-collides',
  message: 'a folder cannot be an object, nor an object a folder',
  hint: 'choose a key that is not the beginning of another one, up to a /',
};

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: absent,
  ENOTDIR: absent,
  EISDIR: absent,
  EMFILE: descriptors,
  ENFILE: descriptors,
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EACCES: permission,
  EPERM: permission,
  EROFS: permission,
  ENAMETOOLONG: {
    kind: 'Invalid',
    code: 'path-too-long',
    message: 'the path is longer than the file system allows',
    hint: 'put the store into a folder with a shorter path',
  },
  EIO: {
    kind: 'Unavailable',
    code: 'io-error',
    message: 'the disk reports an error',
    hint: 'look at the system log before you trust this disk again',
  },
};

/** Where a write does not mean the same as a read. */
const writeMeanings: Readonly<Record<string, Meaning>> = {
  ENOENT: {
    kind: 'Unavailable',
    code: 'folder-vanished',
    message: 'something else removes files from the store',
    hint: 'exclude the store from whatever cleans temporary files',
  },
  ENOTDIR: collision,
  EISDIR: collision,
  EEXIST: collision,
};

const unknown: Meaning = { kind: 'Unavailable', code: 'file-system', message: 'the file system failed' };

/** Any error of a file operation on `key`, as an {@link AlluviumError}. */
export function fileSystemError(thrown: unknown, key: string, access: 'read' | 'write'): AlluviumError {
  const errno = errnoOf(thrown);
  if (errno === null) return toAlluviumError(thrown);
  const meaning = (access === 'write' ? writeMeanings[errno] : null) ?? meanings[errno] ?? unknown;
  return about(key, meaning, { details: { key, errno }, cause: thrown });
}

/** An object and a folder want the same name. */
export function keyCollides(key: string): AlluviumError {
  return about(key, collision, { details: { key } });
}

export function objectAbsent(key: string): AlluviumError {
  return about(key, absent, { details: { key } });
}

function about(key: string, meaning: Meaning, more: Partial<ErrorOptions>): AlluviumError {
  return new AlluviumError({ ...more, ...meaning, message: `${meaning.message}: ${key}` });
}

/** Runs a file operation on `key`; what it throws is classified. */
export async function classified<T>(key: string, access: 'read' | 'write', run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileSystemError(error, key, access);
  }
}

/** `ENOENT` and the like, or null when the operating system did not throw it. */
export function errnoOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('errno' in thrown) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}
