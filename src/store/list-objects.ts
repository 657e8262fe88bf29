import { join } from 'node:path';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import type { ListedObject } from './contract.ts';
import { findObject } from './find-stats.ts';
import { folderEntries } from './folder-entries.ts';
import { isObjectKey } from './object-key.ts';

/** The objects below `root` whose keys begin with `prefix`, in order. Holds the names of the folders it is in, no more. */
export async function* listObjects(
  root: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  throwIfCanceled(signal);
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '' && !isObjectKey(folder.slice(0, -1))) return;
  yield* listFolder(root, folder, prefix.slice(folder.length), signal);
}

/** `folder` is what the keys in it begin with: empty, or with a final `/`. */
async function* listFolder(
  root: string,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  for await (const page of folderEntries(join(root, folder), prefix)) {
    for (let start = 0; start < page.length; start += limits.listPageMax) {
      throwIfCanceled(signal);
      const keys = page
        .slice(start, start + limits.listPageMax)
        .map((name) => folder + name)
        .filter(isShort);
      const heads = await mapParallel(keys, limits.storeConcurrency, async (key) =>
        isFolder(key) ? null : findObject(join(root, key)),
      );
      for (const [index, key] of keys.entries()) {
        const head = heads[index];
        if (isFolder(key)) yield* listFolder(root, key, '', signal);
        else if (head) yield { key, ...head };
      }
    }
  }
}

/** What is longer is no key; so links that lead in a circle end. */
function isShort(key: string): boolean {
  return key.length <= limits.keyBytesMax;
}

function isFolder(name: string): boolean {
  return name.endsWith('/');
}
