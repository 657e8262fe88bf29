import type { InputLine, InputRecord } from './types.ts';

/**
 * Numbers the records of a program, from 1, as if each stood on a line.
 *
 * @example
 * await submit(store, 'notes', inputLines([{ id: '1', document: 'a river carries sand', metadata: { page: 1 } }]));
 */
export async function* inputLines(
  records: Iterable<InputRecord> | AsyncIterable<InputRecord>,
): AsyncGenerator<InputLine> {
  let line = 0;
  for await (const record of records) yield { line: ++line, record };
}
