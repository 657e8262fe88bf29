import { invalid, type AlluviumError } from '../domain/errors.ts';
import { excerpt } from '../domain/excerpt.ts';
import { limits } from '../domain/limits.ts';

/** Which fields of an input's objects, or columns of its table, make a record. */
export interface InputFields {
  readonly id: string;
  readonly text: string;
  /** Null: the object `metadata` of JSON lines, every other column of a table. */
  readonly metadata: readonly string[] | null;
}

export const defaultFields: InputFields = { id: 'id', text: 'document', metadata: null };

/** The flags that name another field. */
const fieldFlags: Readonly<Record<keyof InputFields, string>> = {
  id: '--id-field',
  text: '--text-field',
  metadata: '--metadata-fields',
};

/** Where a field was looked for: a line is one bad line, anything else is a bad input. */
export type FieldPlace = number | 'the header' | 'the input';

export function missingField(
  place: FieldPlace,
  role: keyof InputFields,
  field: string,
  found: readonly string[],
): AlluviumError {
  const where = typeof place === 'number' ? `line ${place}` : place;
  const what = { id: 'the id field', text: 'the text field', metadata: 'other fields' }[role];
  return invalid(
    'input-field',
    `${where} has no field "${field}"; found: ${listFields(found)}; name ${what} with ${fieldFlags[role]}`,
    { details: typeof place === 'number' ? { line: place, field } : { field } },
  );
}

function listFields(fields: readonly string[]): string {
  if (fields.length === 0) return 'none';
  const more = fields.length - limits.examplesMax;
  const listed = fields.slice(0, limits.examplesMax).map(excerpt).join(', ');
  return more > 0 ? `${listed} and ${more} more` : listed;
}
