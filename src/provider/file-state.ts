import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** What tells whether a file is still the one that was read. */
export interface FileState {
  readonly inode: number;
  readonly bytes: number;
  /** The later of the times at which content and inode were last changed: nobody can set the second one back. */
  readonly changedAt: string;
}

export function stateOf({ ino, size, mtime, ctime }: Stats): FileState {
  const times = [mtime.toISOString(), ctime.toISOString()];
  return { inode: ino, bytes: size, changedAt: times.toSorted()[1] ?? '' };
}

export function sameState(a: FileState, b: FileState): boolean {
  return a.inode === b.inode && a.bytes === b.bytes && a.changedAt === b.changedAt;
}

/** Enough to tell a file that has grown from one that was written anew. */
const seamBytes = 4096;

/** The last bytes before a position. */
export async function bytesBefore(file: FileHandle, position: number): Promise<Buffer> {
  const start = Math.max(0, position - seamBytes);
  const bytes = Buffer.alloc(position - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  return bytes.subarray(0, bytesRead);
}
