import { rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import type { Body, ListedObject, ObjectHead, PutOptions, RequestOptions, Store } from './contract.ts';
import { DurableFolders } from './durable-folders.ts';
import { classified, fileSystemError, keyCollides } from './errno.ts';
import { findObject, findStats } from './find-stats.ts';
import { listObjects } from './list-objects.ts';
import { linkIfAbsent, renameIfAbsent } from './name-file.ts';
import { assertObjectKey, assertRange } from './object-key.ts';
import { readObject } from './read-object.ts';
import { withTemporaryFile } from './temporary-file.ts';

/**
 * A store in a local folder, durable and safe between processes.
 *
 * 1. An object is written to a temporary file beside its place, brought to the disk, and only then named: a name never leads to
 *    half an object, whenever the process dies.
 * 2. A put is acknowledged after its folder, and every folder above it, is on the disk. So is the answer `exists`: the winner may
 *    not have come that far.
 * 3. Files are 0600, folders 0700: documents are nobody else's business.
 */
export class LocalStore implements Store {
  readonly url: string;
  readonly #root: string;
  readonly #onWarning: (message: string) => void;
  readonly #folders: DurableFolders;
  #singleWriter = false;

  /** `onWarning` is told once, each, what the file system refuses; by default it becomes a warning of the process. */
  constructor(root: string, onWarning?: (message: string) => void) {
    this.#root = resolve(root);
    this.url = pathToFileURL(this.#root).href;
    this.#onWarning = onWarning ?? ((message) => process.emitWarning(message));
    this.#folders = new DurableFolders(this.#root, this.#onWarning);
  }

  async get(key: string, { signal }: RequestOptions = {}): Promise<Uint8Array> {
    const path = this.#pathOf(key, signal);
    return classified(key, 'read', async () => readObject({ path, key, signal }));
  }

  async getRange(key: string, offset: number, length: number, { signal }: RequestOptions = {}): Promise<Uint8Array> {
    const path = this.#pathOf(key, signal);
    assertRange(key, offset, length);
    return classified(key, 'read', async () => readObject({ path, key, range: { offset, length }, signal }));
  }

  async head(key: string, { signal }: RequestOptions = {}): Promise<ObjectHead | null> {
    const path = this.#pathOf(key, signal);
    return classified(key, 'read', async () => findObject(path));
  }

  async put(key: string, body: Body, { ifAbsent = false, signal }: PutOptions = {}): Promise<'created' | 'exists'> {
    const path = this.#pathOf(key, signal);
    const folder = dirname(path);
    await classified(key, 'write', async () => this.#folders.ensure(folder));
    const result = await withTemporaryFile({ folder, key, body, signal }, async (temporary) => {
      if (ifAbsent) return this.#nameIfAbsent(temporary, path, signal);
      await rename(temporary, path);
      return 'created';
    });
    if (result === 'exists') await this.#refuseFolder(path, key);
    await classified(key, 'write', async () => this.#folders.sync(folder));
    return result;
  }

  async *list(prefix: string, { signal }: RequestOptions = {}): AsyncGenerator<ListedObject> {
    try {
      yield* listObjects(this.#root, prefix, signal);
    } catch (error) {
      throw fileSystemError(error, prefix === '' ? this.url : prefix, 'read');
    }
  }

  async delete(key: string, options?: RequestOptions): Promise<void> {
    await this.deleteMany([key], options);
  }

  async deleteMany(keys: readonly string[], { signal }: RequestOptions = {}): Promise<void> {
    const paths = keys.map((key) => this.#pathOf(key, signal));
    const removed = await mapParallel(paths, limits.storeConcurrency, async (path, index) => {
      throwIfCanceled(signal);
      return classified(keys[index] ?? path, 'write', async () => removeObject(path));
    });
    const folders = new Set(paths.filter((_, index) => removed[index]).map((path) => dirname(path)));
    for (const folder of folders) await classified(folder, 'write', async () => this.#folders.sync(folder));
  }

  async #nameIfAbsent(temporary: string, path: string, signal: AbortSignal | undefined): Promise<'created' | 'exists'> {
    const result = this.#singleWriter ? 'refused' : await linkIfAbsent(temporary, path);
    if (result !== 'refused') return result;
    this.#saySingleWriter();
    return renameIfAbsent(temporary, path, signal);
  }

  #saySingleWriter(): void {
    if (this.#singleWriter) return;
    this.#singleWriter = true;
    this.#onWarning(
      `this file system refuses hard links, so only one process may write to the store at a time: ${this.#root}`,
    );
  }

  /** A folder keeps an object from its name without being one. */
  async #refuseFolder(path: string, key: string): Promise<void> {
    const stats = await classified(key, 'read', async () => findStats(path));
    if (stats?.isDirectory() === true) throw keyCollides(key);
  }

  #pathOf(key: string, signal: AbortSignal | undefined): string {
    assertObjectKey(key);
    throwIfCanceled(signal);
    return join(this.#root, key);
  }
}

/** Whether there was an object. A folder is none. */
async function removeObject(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if ((await findObject(path)) === null) return false;
    throw error;
  }
}
