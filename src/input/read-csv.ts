import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AlluviumError, invalid } from '../domain/errors.ts';
import { excerpt } from '../domain/excerpt.ts';
import { tooManyLines } from '../format/json-lines.ts';
import type { InputLine } from '../submit/types.ts';
import { type InputFields, missingField } from './input-fields.ts';
import type { LineLimits } from './line-limits.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where each part of a record stands in a row. */
interface Columns {
  readonly count: number;
  readonly id: number;
  readonly text: number;
  readonly metadata: readonly (readonly [name: string, index: number])[];
}

/**
 * Records from a table (RFC 4180) whose first row names the columns. Rows are numbered from 1, the first below the header: a quoted
 * cell may span lines of the file. Cells stay text.
 */
export async function* readCsv(
  pieces: AsyncIterable<Uint8Array>,
  fields: InputFields,
  { lineBytesMax, linesMax }: LineLimits,
): AsyncGenerator<InputLine> {
  let columns: Columns | null = null;
  let row = 0;
  for await (const cells of parseCsv(pieces, lineBytesMax)) {
    if (row === linesMax) throw tooManyLines(linesMax);
    if (columns === null) columns = columnsOf(cells.map(decodeHeader), fields);
    else yield readRow(++row, cells, columns);
  }
}

async function* parseCsv(pieces: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<Buffer[]> {
  const parser = parse({
    // Bytes, so that text that is not UTF-8 is refused instead of replaced.
    encoding: null,
    max_record_size: lineBytesMax,
    record_delimiter: ['\r\n', '\n'],
    // A row of another length is one bad row, not a bad file.
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // The pipeline's own callback may be empty: whatever fails destroys the parser, and so reaches the loop that reads it.
  pipeline(Readable.from(pieces), parser, () => {});
  try {
    yield* parser as AsyncIterable<Buffer[]>;
  } catch (error) {
    throw csvError(error, lineBytesMax);
  }
}

function csvError(cause: unknown, lineBytesMax: number): unknown {
  if (!(cause instanceof CsvError)) return cause;
  const line = Number(cause['lines']);
  const details = { line, reason: cause.message };
  if (cause.code === 'CSV_MAX_RECORD_SIZE') {
    return invalid('line-too-long', `a row is longer than ${lineBytesMax} bytes, at line ${line} of the file`, {
      cause,
      details,
      hint: 'look for a quote that is never closed',
    });
  }
  return invalid('input-csv', `the quotes of the CSV do not match, at line ${line} of the file`, {
    cause,
    details,
    hint: 'a quote inside a cell is written twice: "say ""hello"""',
  });
}

function decodeHeader(cell: Buffer): string {
  try {
    return utf8.decode(cell);
  } catch (cause) {
    throw invalid('line-not-utf8', 'the header is not UTF-8', { cause });
  }
}

function columnsOf(header: readonly string[], fields: InputFields): Columns {
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) {
    const column = excerpt(repeated);
    throw invalid('input-header', `the header names the column "${column}" twice`, { details: { column } });
  }
  const find = (role: keyof InputFields, name: string): number => {
    const index = header.indexOf(name);
    if (index === -1) throw missingField('the header', role, name, header);
    return index;
  };
  const id = find('id', fields.id);
  const text = find('text', fields.text);
  const others = header.filter((_, index) => index !== id && index !== text);
  const metadata = (fields.metadata ?? others).map((name) => [name, find('metadata', name)] as const);
  return { count: header.length, id, text, metadata };
}

function readRow(row: number, cells: readonly Buffer[], columns: Columns): InputLine {
  try {
    if (cells.length !== columns.count) {
      throw invalid('input-row', `row ${row} has ${cells.length} cells, the header has ${columns.count}`, {
        details: { line: row },
      });
    }
    return {
      line: row,
      record: recordOfCells(
        cells.map((cell) => decodeCell(row, cell)),
        columns,
      ),
    };
  } catch (error) {
    if (error instanceof AlluviumError) return { line: row, problem: error };
    throw error;
  }
}

function decodeCell(row: number, cell: Buffer): string {
  try {
    return utf8.decode(cell);
  } catch (cause) {
    throw invalid('line-not-utf8', `row ${row} is not UTF-8`, { cause, details: { line: row } });
  }
}

function recordOfCells(cells: readonly string[], { id, text, metadata }: Columns) {
  const entries = metadata.map(([name, index]) => [name, cells[index] ?? ''] as const);
  return {
    id: cells[id] ?? '',
    document: cells[text] ?? '',
    metadata: entries.length === 0 ? null : Object.fromEntries(entries),
  };
}
