import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from '../runtime/random.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import type { Body } from './contract.ts';
import { classified, errnoOf } from './errno.ts';

/** No key part begins with a dot: what bears this prefix is no object. */
const temporaryPrefix = '.tmp-';

/** What is to become the object `key` in `folder`. */
export interface Draft {
  readonly folder: string;
  readonly key: string;
  readonly body: Body;
  readonly signal: AbortSignal | undefined;
}

/** A path beside `folder`'s objects that no reader sees. */
export function temporaryPath(folder: string, name: string): string {
  return join(folder, `${temporaryPrefix}${name}`);
}

/**
 * Writes a draft to a new file, down to the disk, and lets `use` name it; afterwards the temporary name is gone, whatever
 * happened.
 *
 * What the body throws is thrown as it is: it is no error of the store.
 */
export async function withTemporaryFile<T>(draft: Draft, use: (path: string) => Promise<T>): Promise<T> {
  const { folder, key } = draft;
  const path = temporaryPath(folder, newToken());
  const file = await classified(key, 'write', async () => open(path, 'wx', 0o600));
  try {
    await writeDraft(file, draft);
    const result = await classified(key, 'write', async () => use(path));
    await classified(key, 'write', async () => removeFile(path));
    return result;
  } catch (error) {
    // The first error tells more than one of the clean-up, and a leftover is no object.
    await Promise.allSettled([file.close(), removeFile(path)]);
    throw error;
  }
}

/** An absent file is no error. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

async function writeDraft(file: FileHandle, { key, body, signal }: Draft): Promise<void> {
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    throwIfCanceled(signal);
    await classified(key, 'write', async () => file.writeFile(chunk, { signal }));
  }
  throwIfCanceled(signal);
  await classified(key, 'write', async () => {
    await file.sync();
    await file.close();
  });
}
