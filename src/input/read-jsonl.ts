import { AlluviumError, invalid } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { splitLines, type TextLine } from '../format/json-lines.ts';
import type { InputLine } from '../submit/types.ts';
import { type InputFields, missingField } from './input-fields.ts';
import type { LineLimits } from './line-limits.ts';
import { parseJsonLine, recordOfFields } from './json-record.ts';

/**
 * Records from JSON lines, numbered as an editor numbers them. Empty lines are skipped.
 *
 * A metadata field may be absent from some lines. One that no line has is a mistake, and said at the end, before anything is
 * submitted.
 */
export async function* readJsonl(
  pieces: AsyncIterable<Uint8Array>,
  fields: InputFields,
  { lineBytesMax, linesMax }: LineLimits,
): AsyncGenerator<InputLine> {
  const seen = new SeenFields(fields);
  for await (const textLine of splitLines(pieces, { lineBytesMax, linesMax })) yield readLine(textLine, fields, seen);
  seen.assertMetadataFields();
}

function readLine(textLine: TextLine, fields: InputFields, seen: SeenFields): InputLine {
  const { line } = textLine;
  try {
    if ('problem' in textLine) throw invalid(textLine.problem.code, textLine.problem.message, { details: { line } });
    const object = parseJsonLine(line, textLine.text);
    seen.add(object);
    return { line, record: recordOfFields(line, object, fields) };
  } catch (error) {
    if (error instanceof AlluviumError) return { line, problem: error };
    throw error;
  }
}

/** Which metadata fields no line has had yet, and some of the fields that there were. */
class SeenFields {
  readonly #missing: Set<string>;
  readonly #found = new Set<string>();
  #objects = 0;

  constructor(fields: InputFields) {
    this.#missing = new Set(fields.metadata ?? []);
  }

  add(object: object): void {
    this.#objects += 1;
    if (this.#missing.size === 0) return;
    for (const field of Object.keys(object)) {
      this.#missing.delete(field);
      if (this.#found.size <= limits.examplesMax) this.#found.add(field);
    }
  }

  assertMetadataFields(): void {
    const [field] = this.#missing;
    if (field === undefined || this.#objects === 0) return;
    throw missingField('the input', 'metadata', field, [...this.#found]);
  }
}
