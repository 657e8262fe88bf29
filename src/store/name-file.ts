import { link, open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { sleep } from '../runtime/clock.ts';
import { backoffMs } from '../runtime/random.ts';
import { errnoOf } from './errno.ts';
import { findStats } from './find-stats.ts';
import { removeFile, temporaryPath } from './temporary-file.ts';

/**
 * Giving a finished file its name, unless the name is taken.
 *
 * 1. `link` does it in one step: it never overwrites, and of racing processes one succeeds.
 * 2. Where links are refused, a claim (a file created exclusively) guards a check and a `rename`. A process that dies while it
 *    holds the claim leaves it behind: that blocks the key until a person removes it, but never loses an object.
 */

const linkRefused = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK']);

/** The file keeps its old name, too. `refused`: this file system has no hard links. */
export async function linkIfAbsent(from: string, path: string): Promise<'created' | 'exists' | 'refused'> {
  try {
    await link(from, path);
    return 'created';
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'EEXIST') return 'exists';
    if (linkRefused.has(errno)) return 'refused';
    throw error;
  }
}

/** For file systems without links: the file loses its old name, unless the new one is taken. */
export async function renameIfAbsent(
  from: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<'created' | 'exists'> {
  const claim = temporaryPath(dirname(path), `claim-${basename(path)}`);
  for (let attempt = 0; attempt < limits.claimAttemptsMax; attempt++) {
    if ((await findStats(path)) !== null) return 'exists';
    if (await createExclusively(claim)) return renameUnderClaim(from, path, claim);
    await sleep(backoffMs(attempt, limits.claimBackoffMs, limits.claimBackoffMaxMs), signal);
  }
  throw unavailable('key-claimed', `another process is writing this object, or died doing so: ${path}`, {
    hint: `if no process writes to the store, remove ${claim}`,
    details: { claim },
  });
}

async function renameUnderClaim(from: string, path: string, claim: string): Promise<'created' | 'exists'> {
  try {
    if ((await findStats(path)) !== null) return 'exists';
    await rename(from, path);
    return 'created';
  } finally {
    await removeFile(claim);
  }
}

async function createExclusively(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}
