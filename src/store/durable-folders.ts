import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { limits } from '../domain/limits.ts';
import { errnoOf } from './errno.ts';

/** How file systems say that a folder cannot be written down by itself. */
const syncRefused = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Folders below a root that survive a power cut.
 *
 * 1. A folder is durable once its entry in its parent is on the disk, and so on up to the root; what we had to create of the
 *    root and above, too.
 * 2. That a folder exists says nothing: another process may have created it a moment ago. So each process makes every folder
 *    durable itself, once.
 */
export class DurableFolders {
  readonly #root: string;
  readonly #onRefusal: (message: string) => void;
  readonly #durable = new Set<string>();
  #refused = false;

  constructor(root: string, onRefusal: (message: string) => void) {
    this.#root = root;
    this.#onRefusal = onRefusal;
  }

  /** Makes `folder`, the root or one below it, exist durably. */
  async ensure(folder: string): Promise<void> {
    const firstMade = await mkdir(folder, { recursive: true, mode: 0o700 });
    const isNew = (path: string) => firstMade !== undefined && path.length >= firstMade.length;
    const isUnknown = (path: string) => path.length > this.#root.length && !this.#durable.has(path);
    const ensured: string[] = [];
    for (let path = folder; isNew(path) || isUnknown(path); path = dirname(path)) {
      await this.sync(dirname(path));
      ensured.push(path);
    }
    // Only now: a folder is not durable before all above it are.
    if (this.#durable.size + ensured.length > limits.durableFoldersMax) this.#durable.clear();
    for (const path of ensured) this.#durable.add(path);
  }

  /** Brings the folder's entries to the disk: what was created, named and removed in it. */
  async sync(folder: string): Promise<void> {
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } catch (error) {
      if (!syncRefused.has(errnoOf(error) ?? '')) throw error;
      this.#sayRefused();
    } finally {
      await handle.close();
    }
  }

  #sayRefused(): void {
    if (this.#refused) return;
    this.#refused = true;
    this.#onRefusal(
      `this file system cannot bring a folder to the disk, so a power cut may undo the last writes: ${this.#root}`,
    );
  }
}
