import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { durationBetween } from '../runtime/clock.ts';
import { fileSystemError, errnoOf } from '../store/errno.ts';
import { type CutLine, cutLines } from './cut-lines.ts';
import { bytesBefore, type FileState, sameState, stateOf } from './file-state.ts';
import { type LineHead, readLineHead } from './line-head.ts';

/**
 * One file of a folder of answers: which lines of it belong to which batch.
 *
 * 1. Every line says itself what it is: an answer, a request, or nothing that is known. The file's name says nothing.
 * 2. A file is read once; one that has only grown, as far as its last bytes tell, is read on. What stands behind its last line feed may be
 *    half a line: it answers nothing yet, and is read again.
 * 3. Between two looks anybody may write the file anew. So its lines are checked again when they are given out: never does a line of
 *    another batch, or the middle of one, pass for an answer.
 */
export class AnswerFile {
  readonly path: string;
  readonly #batches = new Map<string, BatchLines>();
  readonly #requests = new Set<string>();
  #state: FileState | null = null;
  /** Where the first line starts that has not been read whole. */
  #position = 0;
  /** The bytes before that. */
  #seam: Buffer = Buffer.alloc(0);
  #unended: { readonly head: LineHead | null; readonly start: number; readonly end: number } | null = null;
  #strays = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Answers whose places are held in memory. */
  get lines(): number {
    return this.#batches.values().reduce((lines, { numbers }) => lines + numbers.length, 0);
  }

  /** Lines that belong to no batch, whichever that may be. */
  get strays(): number {
    return this.#strays;
  }

  /** Whether the file ends within a line: it may still be on its way. */
  get isUnended(): boolean {
    return this.#unended !== null;
  }

  /** Whether all of it are requests. */
  get isOnlyRequests(): boolean {
    return this.#requests.size > 0 && this.#batches.size === 0 && this.#strays === 0 && !this.isUnended;
  }

  isSame(stats: Stats): boolean {
    return this.#state !== null && sameState(this.#state, stateOf(stats));
  }

  isStill(now: string, settleMs: number): boolean {
    return this.#state !== null && durationBetween(this.#state.changedAt, now) >= settleMs;
  }

  asks(batchId: string): boolean {
    return this.#requests.has(batchId);
  }

  mentions(batchId: string): boolean {
    return this.#batches.has(batchId) || this.#unendedOf(batchId) !== null;
  }

  /** The positions that whole lines answer, some perhaps twice. */
  answered(batchId: string): readonly number[] {
    return this.#batches.get(batchId)?.numbers ?? [];
  }

  /** Reads what is new in the file. */
  async scan(signal?: AbortSignal): Promise<void> {
    await this.#withFile(async (file) => {
      const state = stateOf(await file.stat());
      if (!(await this.#hasGrown(file, state))) this.#forget();
      this.#unended = null;
      for await (const line of cutLines(file, this.#position, state.bytes, signal)) {
        const head = line.bytes === null ? null : readLineHead(line.bytes);
        if (line.isEnded) this.#note(line, head);
        else this.#unended = { head, start: line.start, end: line.end };
      }
      this.#state = state;
      this.#seam = await bytesBefore(file, this.#position);
    });
  }

  /** The lines that belong to a batch, in their order and each with a line feed. `Unavailable` where the file is no longer what was scanned. */
  async *read(batchId: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = await this.#open();
    try {
      const rest = this.#unendedOf(batchId);
      const extents = [
        ...(this.#batches.get(batchId)?.extents ?? []),
        ...(rest === null ? [] : [rest.start, rest.end]),
      ];
      for (let at = 0; at < extents.length; at += 2) {
        yield* this.#readExtent(file, batchId, { start: extents[at] ?? 0, end: extents[at + 1] ?? 0 }, signal);
      }
    } finally {
      await file.close();
    }
  }

  async *#readExtent(
    file: FileHandle,
    batchId: string,
    { start, end }: Extent,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    let piece = Buffer.allocUnsafe(Math.min(limits.answerWindowBytes, end - start + 1));
    let filled = 0;
    let read = start;
    for await (const { bytes, end: next } of cutLines(file, start, end, signal)) {
      const head = bytes === null ? null : readLineHead(bytes);
      if (bytes === null || head?.batchId !== batchId || head.type !== 'answer') throw this.#changed();
      if (filled + bytes.length + 1 > piece.length) {
        if (filled > 0) yield piece.subarray(0, filled);
        piece = Buffer.allocUnsafe(Math.max(limits.answerWindowBytes, bytes.length + 1));
        filled = 0;
      }
      filled += bytes.copy(piece, filled);
      filled = piece.writeUInt8(0x0a, filled);
      read = next;
    }
    if (read !== end) throw this.#changed();
    if (filled > 0) yield piece.subarray(0, filled);
  }

  #note({ start, end, bytes }: CutLine, head: LineHead | null): void {
    this.#position = end;
    if (head === null) this.#strays += bytes?.length === 0 || isBlank(bytes) ? 0 : 1;
    else if (head.type === 'request') this.#requests.add(head.batchId);
    else this.#noteAnswer(head, { start, end });
  }

  #noteAnswer({ batchId, n }: LineHead, { start, end }: Extent): void {
    let lines = this.#batches.get(batchId);
    if (lines === undefined) {
      lines = { numbers: [], extents: [] };
      this.#batches.set(batchId, lines);
    }
    if (n !== null) lines.numbers.push(n);
    const { extents } = lines;
    if (extents.at(-1) === start) extents[extents.length - 1] = end;
    else extents.push(start, end);
  }

  #unendedOf(batchId: string): Extent | null {
    const head = this.#unended?.head ?? null;
    return head?.batchId === batchId && head.type === 'answer' ? this.#unended : null;
  }

  async #hasGrown(file: FileHandle, { inode, bytes }: FileState): Promise<boolean> {
    if (this.#state?.inode !== inode || bytes <= this.#state.bytes) return false;
    return this.#seam.equals(await bytesBefore(file, this.#position));
  }

  #forget(): void {
    this.#batches.clear();
    this.#requests.clear();
    this.#position = 0;
    this.#strays = 0;
  }

  async #withFile(use: (file: FileHandle) => Promise<void>): Promise<void> {
    const file = await this.#open();
    try {
      await use(file);
    } finally {
      await file.close();
    }
  }

  async #open(): Promise<FileHandle> {
    try {
      return await open(this.path, 'r');
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' ? this.#changed() : fileSystemError(error, this.path, 'read');
    }
  }

  #changed() {
    return unavailable('answers-changed', `the file was changed while it was read: ${this.path}`, {
      hint: 'put a finished file into the folder under another name, then rename it to *.jsonl',
      details: { path: this.path },
    });
  }
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** The lines of one batch: the positions that they answer, and where they lie: start, end, start, end, … */
interface BatchLines {
  readonly numbers: number[];
  readonly extents: number[];
}

function isBlank(bytes: Buffer | null): boolean {
  return bytes !== null && bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
