import type { FileHandle } from 'node:fs/promises';
import { limits } from '../domain/limits.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';

/** A line of a file, and where in the file it is. */
export interface CutLine {
  readonly start: number;
  /** Where the next line starts. */
  readonly end: number;
  /** Without its line feed and without a byte order mark, as a view that holds until the next line is asked for. Null where it is too long. */
  readonly bytes: Buffer | null;
  /** False for what stands behind the last line feed. */
  readonly isEnded: boolean;
}

const lineFeed = 0x0a;
const byteOrderMark = Buffer.from('\uFEFF');

/** The lines between two offsets of a file, the first of which begins a line. Memory is bounded by one window and one line. */
export async function* cutLines(
  file: FileHandle,
  from: number,
  to: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<CutLine> {
  let buffer: Buffer = Buffer.allocUnsafe(Math.min(limits.answerWindowBytes, Math.max(1, to - from)));
  let start = from;
  let position = from;
  /** Bytes of the open line, which stand at the buffer's beginning. */
  let held = 0;
  let isTooLong = false;
  while (position < to) {
    throwIfCanceled(signal);
    if (held === buffer.length) buffer = enlarged(buffer);
    const wanted = Math.min(buffer.length - held, to - position);
    const { bytesRead } = await file.read(buffer, held, wanted, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const filled = buffer.subarray(0, held + bytesRead);
    let begin = 0;
    for (let at = filled.indexOf(lineFeed, held); at !== -1; at = filled.indexOf(lineFeed, begin)) {
      const end = position - filled.length + at + 1;
      yield { start, end, bytes: isTooLong ? null : unmarked(filled.subarray(begin, at), start), isEnded: true };
      [start, begin, isTooLong] = [end, at + 1, false];
    }
    held = filled.length - begin;
    isTooLong ||= held > limits.lineBytesMax;
    if (isTooLong) held = 0;
    else filled.copyWithin(0, begin);
  }
  const rest = isTooLong ? null : unmarked(buffer.subarray(0, held), start);
  if (start < position) yield { start, end: position, bytes: rest, isEnded: false };
}

function enlarged(buffer: Buffer): Buffer {
  const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2, limits.lineBytesMax + limits.answerWindowBytes));
  buffer.copy(larger);
  return larger;
}

function unmarked(line: Buffer, start: number): Buffer {
  const isMarked = start === 0 && line.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  return isMarked ? line.subarray(byteOrderMark.length) : line;
}
