import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ObjectHead } from './contract.ts';
import { errnoOf } from './errno.ts';

/** What lies at a path, or null where nothing does, something on the way to it is no folder, or a link only leads to itself. */
export async function findStats(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return null;
    throw error;
  }
}

/** The object at a path. A folder is none. */
export async function findObject(path: string): Promise<ObjectHead | null> {
  const stats = await findStats(path);
  return stats?.isFile() === true ? { bytes: stats.size } : null;
}
