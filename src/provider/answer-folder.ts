import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid, unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import { errnoOf, fileSystemError } from '../store/errno.ts';
import { AnswerFile } from './answer-file.ts';

/** When a file is taken for finished: it has not changed for `settleMs`. */
export interface Stillness {
  readonly now: string;
  readonly settleMs: number;
}

/**
 * A folder into which finished output and error files are put, in any order and under any name: `*.jsonl`, also one level below.
 *
 * 1. A file is read when it is new or has changed, once for all batches; a batch that is known to be answered needs no further look.
 * 2. A batch is complete when every record is answered; or when each file that mentions it is finished, and no other file is still on its
 *    way. A file is finished when it has not changed for `settleMs`, or when a `<file>.done` lies beside it.
 * 3. Files whose names begin with a dot, or end otherwise, are not there: so files are written, ours too.
 */
export class AnswerFolder {
  readonly path: string;
  readonly #onWarning: (message: string) => void;
  #files = new Map<string, AnswerFile>();
  #done: ReadonlySet<string> = new Set();
  #looking: Promise<void> = Promise.resolve();

  /** `onWarning` is told of lines that belong to no batch, whichever that may be. */
  constructor(path: string, onWarning: (message: string) => void) {
    this.path = path;
    this.#onWarning = onWarning;
  }

  /** Reads what is new in the folder. Looks take turns: one that begins later sees what is there then. */
  async look(signal?: AbortSignal): Promise<void> {
    const before = this.#looking;
    const turn = (async () => {
      await before;
      await this.#look(signal);
    })();
    this.#looking = turn.catch(() => undefined);
    await turn;
  }

  /** Whether somebody has the batch's requests, or has answered one. */
  knows(batchId: string): boolean {
    return this.#files.values().some((file) => file.asks(batchId) || file.mentions(batchId));
  }

  /** Whether each of a batch's `records` is answered by a whole line. */
  isAnswered(batchId: string, records: number): boolean {
    const seen = new Uint8Array(records);
    let missing = records;
    for (const file of this.#files.values()) {
      for (const n of file.answered(batchId)) {
        if (seen[n] !== 0) continue;
        seen[n] = 1;
        missing -= 1;
      }
    }
    return missing === 0;
  }

  /** Whether nothing more is to come for a batch that is not answered altogether. */
  isFinished(batchId: string, stillness: Stillness): boolean {
    const files = [...this.#files.values()];
    const mentioning = files.filter((file) => file.mentions(batchId));
    const isDone = (file: AnswerFile): boolean => this.#isDone(file, stillness);
    return mentioning.length > 0 && mentioning.every(isDone) && files.every((file) => !file.isUnended || isDone(file));
  }

  /** Whether a file that mentions the batch is still on its way. */
  isHalfCopied(batchId: string, stillness: Stillness): boolean {
    return this.#files
      .values()
      .some((file) => file.mentions(batchId) && file.isUnended && !this.#isDone(file, stillness));
  }

  /** Whether the file at `path` is a request file and nothing else. */
  holdsOnlyRequests(path: string): boolean {
    return this.#files.get(path)?.isOnlyRequests ?? false;
  }

  #isDone(file: AnswerFile, { now, settleMs }: Stillness): boolean {
    return this.#done.has(file.path) || file.isStill(now, settleMs);
  }

  /** Every line that belongs to the batch. */
  async *read(batchId: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (const file of this.#files.values()) {
      if (!file.mentions(batchId)) continue;
      try {
        yield* file.read(batchId, signal);
      } catch (error) {
        // What is known of it may be wrong: the next look reads it anew.
        this.#files.delete(file.path);
        throw error;
      }
    }
  }

  async #look(signal: AbortSignal | undefined): Promise<void> {
    const { paths, done } = await this.#list();
    const files = new Map<string, AnswerFile>();
    let lines = 0;
    for (const path of paths) {
      throwIfCanceled(signal);
      const file = await this.#lookAt(path, signal);
      if (file !== null) files.set(path, file);
      lines += file?.lines ?? 0;
      if (lines > limits.answerLinesMax) throw tooMany('answers', limits.answerLinesMax, this.path);
    }
    this.#files = files;
    this.#done = done;
  }

  /** Null for what is no file, or is gone already. */
  async #lookAt(path: string, signal: AbortSignal | undefined): Promise<AnswerFile | null> {
    const file = this.#files.get(path) ?? new AnswerFile(path);
    try {
      const stats = await stat(path);
      if (!stats.isFile()) return null;
      if (file.isSame(stats)) return file;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw fileSystemError(error, path, 'read');
    }
    const strays = file.strays;
    await file.scan(signal);
    if (file.strays > strays) {
      this.#onWarning(`lines that name no record of a batch are left alone: ${file.strays} in ${path}`);
    }
    return file;
  }

  async #list(): Promise<{ readonly paths: readonly string[]; readonly done: ReadonlySet<string> }> {
    const paths: string[] = [];
    const done = new Set<string>();
    const take = (path: string): void => {
      if (/\.jsonl$/i.test(path)) paths.push(path);
      else if (/\.jsonl\.done$/i.test(path)) done.add(path.slice(0, -'.done'.length));
      if (paths.length > limits.answerFilesMax) throw tooMany('files', limits.answerFilesMax, this.path);
    };
    for await (const { path, isFolder } of entriesOf(this.path, true)) {
      if (!isFolder) take(path);
      else for await (const below of entriesOf(path, false)) take(below.path);
    }
    return { paths: paths.toSorted(), done };
  }
}

/** What lies in a folder. One that is gone is empty, unless it is `required`. */
async function* entriesOf(folder: string, required: boolean): AsyncGenerator<{ path: string; isFolder: boolean }> {
  try {
    for await (const entry of await opendir(folder)) {
      if (!entry.name.startsWith('.')) yield { path: join(folder, entry.name), isFolder: entry.isDirectory() };
    }
  } catch (error) {
    const isAbsent = errnoOf(error) === 'ENOENT';
    if (!isAbsent) throw fileSystemError(error, folder, 'read');
    if (required) throw folderAbsent(folder);
  }
}

/** A folder that was there at the hand-in: nobody but its owner knows whether it is to be made again. */
export function folderAbsent(folder: string) {
  return unavailable('folder-absent', `the folder of requests and answers is not there: ${folder}`, {
    hint: 'mount it, or make it again: the requests are in the store, and missing ones are written anew',
    details: { folder },
  });
}

function tooMany(what: 'files' | 'answers', max: number, folder: string) {
  return invalid('folder-too-large', `a folder of answers holds at most ${max} ${what}: ${folder}`, {
    hint: 'move the files of batches that are published elsewhere',
    details: { folder, max },
  });
}

const folders = new Map<string, AnswerFolder>();

/** The folder at a path, with what this process already knows of it. */
export function answerFolderAt(path: string): AnswerFolder {
  const folder = folders.get(path) ?? new AnswerFolder(path, (message) => process.emitWarning(message));
  folders.delete(path);
  folders.set(path, folder);
  const [oldest] = folders.keys();
  if (folders.size > limits.answerFoldersMax && oldest !== undefined) folders.delete(oldest);
  return folder;
}
