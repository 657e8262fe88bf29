import type { InputLine, InputRecord } from './types.ts';

/** Numbers the records of a program, from 1, as if each stood on a line. */
export async function* inputLines(
  records: Iterable<InputRecord> | AsyncIterable<InputRecord>,
): AsyncGenerator<InputLine> {
  let line = 0;
  for await (const record of records) yield { line: ++line, record };
}
