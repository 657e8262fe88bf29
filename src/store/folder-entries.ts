import type { Dirent } from 'node:fs';
import { opendir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { limits } from '../domain/limits.ts';
import { errnoOf } from './errno.ts';
import { findStats } from './find-stats.ts';
import { isKeyPart } from './object-key.ts';

/** How many names the system is asked for at once. */
const readAhead = 1_024;

/**
 * The objects and folders of one folder whose names begin with `prefix`, page by page, in the order of the keys below them.
 *
 * 1. A folder's name carries a final `/`. So the order of names is the order of whole keys: `a.json` comes before `a/b`, which
 *    comes before `a0`.
 * 2. Names that no key can have are left out: our temporary files, and what other programs left here.
 * 3. At most twice `pageMax` names are held. A folder with more is read again for each page; what is there throughout is in one.
 * 4. A folder that vanishes is empty.
 * 5. A link that leads back to a folder it lies in is left out: what is below it is listed already, and would be for ever.
 */
export async function* folderEntries(
  folder: string,
  prefix: string,
  pageMax: number = limits.folderNamesMax,
): AsyncGenerator<readonly string[]> {
  let last = '';
  for (;;) {
    const page = await smallestEntries(folder, pageMax, (name) => name > last && name.startsWith(prefix));
    yield page;
    if (page.length < pageMax) return;
    last = page.at(-1) ?? '';
  }
}

async function smallestEntries(
  folder: string,
  pageMax: number,
  isWanted: (name: string) => boolean,
): Promise<readonly string[]> {
  let names: string[] = [];
  for await (const entry of readFolder(folder)) {
    const name = await entryName(folder, entry);
    if (name === null || !isWanted(name)) continue;
    names.push(name);
    if (names.length >= 2 * pageMax) names = smallest(names, pageMax);
  }
  return smallest(names, pageMax);
}

/** Keys are ASCII, so that the order of JavaScript's strings is the order of their bytes. */
function smallest(names: readonly string[], count: number): string[] {
  return names.toSorted().slice(0, count);
}

async function* readFolder(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder, { bufferSize: readAhead });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw error;
  }
}

/** A link counts as what it leads to: who moved a folder elsewhere must not find it silently empty. */
async function entryName(folder: string, entry: Dirent): Promise<string | null> {
  if (!isKeyPart(entry.name)) return null;
  const what = entry.isSymbolicLink() ? await findStats(join(folder, entry.name)) : entry;
  if (what === null) return null;
  if (what.isDirectory()) return entry.isSymbolicLink() && (await leadsBack(folder, entry)) ? null : `${entry.name}/`;
  return what.isFile() ? entry.name : null;
}

async function leadsBack(folder: string, { name }: Dirent): Promise<boolean> {
  const target = await realpath(join(folder, name));
  for (let path = folder; ; path = dirname(path)) {
    if ((await realpath(path)) === target) return true;
    if (path === dirname(path)) return false;
  }
}
