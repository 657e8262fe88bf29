import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { newToken } from '../runtime/random.ts';
import { classified } from '../store/errno.ts';

/** Bytes that were set aside on the disk, so that their digest is known before they are used. */
export interface Spool {
  readonly bytes: number;
  readonly sha256: string;
  read(): AsyncGenerator<Uint8Array>;
}

/** Sets bytes aside in a file that has no name: it is gone with this call, even when the process is killed. */
export async function withSpool<Result>(
  bytes: AsyncIterable<Uint8Array>,
  use: (spool: Spool) => Promise<Result>,
): Promise<Result> {
  const path = join(tmpdir(), `alluvium-${newToken()}`);
  const file = await classified(path, 'write', async () => openUnnamed(path));
  try {
    const hasher = createHash('sha256');
    let length = 0;
    for await (const piece of bytes) {
      hasher.update(piece);
      length += piece.length;
      await classified(path, 'write', async () => file.writeFile(piece));
    }
    return await use({ bytes: length, sha256: hasher.digest('hex'), read: () => readFrom(file, path, length) });
  } finally {
    await file.close();
  }
}

async function openUnnamed(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function* readFrom(file: FileHandle, path: string, length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < length; offset += limits.spoolWindowBytes) {
    const window = Buffer.allocUnsafeSlow(Math.min(limits.spoolWindowBytes, length - offset));
    const { bytesRead } = await classified(path, 'read', async () => file.read(window, 0, window.length, offset));
    if (bytesRead < window.length)
      throw unavailable('spool-short', `the temporary folder lost what was written: ${path}`);
    yield window;
  }
}
