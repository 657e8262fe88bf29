import { type FileHandle, open } from 'node:fs/promises';
import { corrupt } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import { objectAbsent } from './errno.ts';

/** Which bytes of the object `key` in the file at `path`. */
export interface Reading {
  readonly path: string;
  readonly key: string;
  /** Default: all of them. */
  readonly range?: ByteRange;
  readonly signal: AbortSignal | undefined;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Reads from one open file, so that the bytes are of one write even when the object is replaced meanwhile. */
export async function readObject({ path, key, range, signal }: Reading): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw objectAbsent(key);
    const { offset, length } = range ?? { offset: 0, length: stats.size };
    if (offset + length > stats.size) throw corrupt('object-too-short', key, offset + length, stats.size);
    return await readExactly(file, { key, offset, length, signal });
  } finally {
    await file.close();
  }
}

async function readExactly(
  file: FileHandle,
  { key, offset, length, signal }: ByteRange & Pick<Reading, 'key' | 'signal'>,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    throwIfCanceled(signal);
    const wanted = Math.min(length - read, limits.readWindowBytes);
    const { bytesRead } = await file.read(bytes, read, wanted, offset + read);
    if (bytesRead === 0) throw corrupt('object-too-short', key, offset + length, offset + read);
    read += bytesRead;
  }
  return bytes;
}
