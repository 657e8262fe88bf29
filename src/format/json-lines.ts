import { isUtf8 } from 'node:buffer';
import { type AlluviumError, invalid } from '../domain/errors.ts';

/** One line of text, or what is wrong with it. `line` is 1-based and counts blank lines. */
export type TextLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly problem: AlluviumError };

export interface SplitLinesOptions {
  /** The longest line, without its `\n`. A longer one is a problem, and is never held in memory. */
  readonly lineBytesMax: number;
  /** The most lines, blank ones included; of more, `Invalid` (`too-many-lines`) is thrown. Default: any number. */
  readonly linesMax?: number;
}

const lineFeed = 0x0a;
const byteOrderMark = '\uFEFF';

/**
 * The lines of a file of JSON lines.
 *
 * 1. Memory is bounded by one line and one piece, however long a line is.
 * 2. `\n` and `\r\n` end a line; the last one needs no end. Blank lines are skipped, but numbered.
 * 3. A line that is too long, or no UTF-8, is a problem of that line alone; nothing is replaced by U+FFFD.
 */
export async function* splitLines(
  bytes: AsyncIterable<Uint8Array>,
  { lineBytesMax, linesMax = Number.POSITIVE_INFINITY }: SplitLinesOptions,
): AsyncGenerator<TextLine> {
  const open = new OpenLine(lineBytesMax);
  let line = 0;
  for await (const piece of bytes) {
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, start)) {
      if (line === linesMax) throw tooManyLines(linesMax);
      open.append(piece.subarray(start, end));
      line += 1;
      // A file may hold nothing else: an empty line must cost next to nothing.
      if (!open.isEmpty) yield* readLine(line, open, lineBytesMax);
      start = end + 1;
    }
    open.append(piece.subarray(start));
  }
  yield* readLine(++line, open, lineBytesMax);
}

export function tooManyLines(linesMax: number): AlluviumError {
  return invalid('too-many-lines', `the input has more than ${linesMax} lines`, {
    hint: 'split the input and submit the parts one after the other',
  });
}

/** Empties the open line. Nothing for a blank one. */
function* readLine(line: number, open: OpenLine, lineBytesMax: number): Generator<TextLine> {
  const bytes = open.take();
  if (bytes === null) {
    yield { line, problem: invalid('line-too-long', `line ${line} is longer than ${lineBytesMax} bytes`) };
  } else if (!isUtf8(bytes)) {
    yield { line, problem: invalid('line-not-utf8', `line ${line} is not UTF-8`) };
  } else {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
    const unmarked = line === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text;
    if (unmarked.trim() !== '') yield { line, text: unmarked.endsWith('\r') ? unmarked.slice(0, -1) : unmarked };
  }
}

/** The pieces of a line whose end has not come yet. */
class OpenLine {
  readonly #bytesMax: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  append(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > this.#bytesMax) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  /** The whole line, or null for one that was too long; the next line begins. */
  take(): Uint8Array | null {
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    const tooLong = this.#length > this.#bytesMax;
    this.#parts = [];
    this.#length = 0;
    return tooLong ? null : whole;
  }
}
