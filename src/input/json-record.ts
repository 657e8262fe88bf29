import { type AlluviumError, invalid } from '../domain/errors.ts';
import type { InputRecord } from '../submit/types.ts';
import { type InputFields, missingField } from './input-fields.ts';

type JsonFields = { readonly [field: string]: unknown };

const reasonCharactersMax = 200;

/** The object on a line. Throws `Invalid`, naming the line. */
export function parseJsonLine(line: number, text: string): JsonFields {
  const value = parseJson(line, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonFields;
  throw invalid('input-json', `line ${line} is not a JSON object`, { details: { line } });
}

function parseJson(line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, reasonCharactersMax) : '';
    throw invalid('input-json', `line ${line} is not JSON: ${reason}`, { cause, details: { line } });
  }
}

/** The record that an object's fields make. Throws `Invalid`, naming the line. */
export function recordOfFields(line: number, object: JsonFields, fields: InputFields): InputRecord {
  const vector = vectorOf(line, object['vector']);
  return {
    id: idOf(line, object, fields),
    document: documentOf(line, object, fields, vector !== null),
    metadata: metadataOf(line, object, fields),
    ...(vector === null ? {} : { vector }),
  };
}

function idOf(line: number, object: JsonFields, fields: InputFields): string {
  if (!Object.hasOwn(object, fields.id)) throw missingField(line, 'id', fields.id, Object.keys(object));
  const id = object[fields.id];
  if (typeof id === 'string') return id;
  // Beyond 2^53, different numbers of the input read as the same one.
  if (Number.isSafeInteger(id)) return String(id);
  throw fieldType(line, fields.id, 'a string or a whole number below 2^53', id);
}

function documentOf(line: number, object: JsonFields, fields: InputFields, hasVector: boolean): string | null {
  const document = object[fields.text];
  if (typeof document === 'string') return document;
  if (hasVector && (document === undefined || document === null)) return null;
  if (document === undefined) throw missingField(line, 'text', fields.text, Object.keys(object));
  throw fieldType(line, fields.text, 'a string', document);
}

function metadataOf(line: number, object: JsonFields, fields: InputFields): JsonFields | null {
  if (fields.metadata !== null) {
    const present = fields.metadata.filter((field) => Object.hasOwn(object, field));
    return present.length === 0 ? null : Object.fromEntries(present.map((field) => [field, object[field]]));
  }
  const metadata = object['metadata'] ?? null;
  if (typeof metadata === 'object' && !Array.isArray(metadata)) return metadata as JsonFields | null;
  throw fieldType(line, 'metadata', 'an object', metadata);
}

function vectorOf(line: number, vector: unknown): readonly number[] | null {
  if (vector === undefined || vector === null) return null;
  if (Array.isArray(vector) && vector.every((value) => typeof value === 'number')) return vector;
  throw fieldType(line, 'vector', 'a list of numbers', vector);
}

function fieldType(line: number, field: string, expected: string, actual: unknown): AlluviumError {
  return invalid('input-field-type', `line ${line}: field "${field}" must be ${expected}, not ${typeName(actual)}`, {
    details: { line, field },
  });
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
