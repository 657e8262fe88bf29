import { limits } from '../domain/limits.ts';
import type { InputLine } from '../submit/types.ts';
import { assertReadable, type InputSource, readInputBytes } from './input-bytes.ts';
import { defaultFields, type InputFields } from './input-fields.ts';
import { formatOf, type InputFormat } from './input-format.ts';
import { readCsv } from './read-csv.ts';
import { readJsonl } from './read-jsonl.ts';

export interface InputOptions {
  /** Default: what the file's name tells; JSON lines for a stream. */
  readonly format?: InputFormat | undefined;
  readonly fields?: InputFields | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A limit of {@link limits}, lowered. */
  readonly lineBytesMax?: number | undefined;
  /** A limit of {@link limits}, lowered. */
  readonly inputBytesMax?: number | undefined;
  /** A limit of {@link limits}, lowered. */
  readonly inputLinesMax?: number | undefined;
}

const readers: Readonly<Record<InputFormat, typeof readJsonl>> = { jsonl: readJsonl, csv: readCsv };

/**
 * The records of a file or stream, plain or gzip, one at a time: memory does not grow with the input. A line that makes no record
 * is yielded with its problem; what makes the rest unreadable (`Invalid`, `NotFound`) is thrown.
 *
 * A record is made of the fields `id` (a string, or a whole number that becomes one), `document` and, for JSON lines, the object
 * `metadata` and the list `vector`, where there are such; a table's other columns become metadata.
 *
 * @example
 * for await (const { line } of readInput('notes.jsonl')) console.log(line);
 */
export async function* readInput(source: InputSource, options: InputOptions = {}): AsyncGenerator<InputLine> {
  const { fields = defaultFields, lineBytesMax = limits.lineBytesMax, inputBytesMax = limits.inputBytesMax } = options;
  const { inputLinesMax: linesMax = limits.inputLinesMax } = options;
  if (typeof source === 'string') await assertReadable(source);
  const format = options.format ?? (typeof source === 'string' ? formatOf(source) : 'jsonl');
  const pieces = readInputBytes(source, { inputBytesMax, signal: options.signal });
  yield* readers[format](pieces, fields, { lineBytesMax, linesMax });
}
