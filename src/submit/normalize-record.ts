import { canonicalJson } from '../domain/canonical-json.ts';
import {
  type ContentFields,
  contentDigest,
  type Digest,
  type EmbeddingSpace,
  idHash,
  isWellFormed,
} from '../domain/digest.ts';
import { type AlluviumError, invalid } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { gateVector } from '../format/vector-gate.ts';
import type { InputRecord } from './types.ts';

/** A record that may be submitted, with what decides whether it is new. */
export interface HandedRecord {
  readonly line: number;
  readonly id: string;
  readonly idHash: Digest;
  readonly content: Digest;
  readonly document: string | null;
  /** As it will be written: null or a JSON object. */
  readonly metadata: { readonly [key: string]: unknown } | null;
  /** Set where the record carries its vector. */
  readonly vector: Float32Array | null;
  /** About what it takes in memory. */
  readonly bytes: number;
}

/** Checks a record; throws `Invalid`, naming line and reason, for one that cannot be stored as it is. */
export function normalizeRecord(
  record: InputRecord,
  line: number,
  space: EmbeddingSpace,
  embeds: boolean,
): HandedRecord {
  const id = checkId(record.id, line);
  const document = checkText('document', record.document ?? null, line);
  const metadata = checkMetadata(record.metadata ?? null, line);
  const vector = checkVector(record.vector ?? null, line, space.dimension);
  if (vector === null && !embeds) {
    throw bad(
      line,
      'vector-missing',
      'has no vector, and the vectors of this collection are handed in with the records',
    );
  }
  if (vector === null && document === null) throw bad(line, 'document-missing', 'has neither a document nor a vector');
  const fields = { id, document, metadata: metadata === null ? null : canonicalJson(metadata) };
  const bytes = memoryOf(fields, vector);
  const content = contentDigest(fields, space, vector);
  return { line, id, idHash: idHash(id), content, document, metadata, vector, bytes };
}

function memoryOf({ id, document, metadata }: ContentFields, vector: Float32Array | null): number {
  return [id, document, metadata].reduce((sum, text) => sum + (text?.length ?? 0), vector?.byteLength ?? 0);
}

function checkId(id: unknown, line: number): string {
  if (typeof id !== 'string' || id === '') throw bad(line, 'id-missing', 'has no id: a string that is not empty');
  if (Buffer.byteLength(id) > limits.idBytesMax) {
    throw bad(line, 'id-too-long', `has an id of ${Buffer.byteLength(id)} bytes, more than ${limits.idBytesMax}`);
  }
  return checkText('id', id, line);
}

function checkText<Text extends string | null>(field: string, text: Text, line: number): Text {
  if (text !== null && typeof text !== 'string') throw bad(line, `${field}-type`, `has a ${field} that is not text`);
  if (text !== null && !isWellFormed(text)) {
    throw bad(line, 'lone-surrogate', `has a ${field} that is not well-formed Unicode (a lone surrogate)`);
  }
  return text;
}

function checkMetadata(metadata: InputRecord['metadata'], line: number): HandedRecord['metadata'] {
  if (metadata === null || metadata === undefined) return null;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    throw bad(line, 'metadata-type', 'has metadata that is not a JSON object');
  }
  const problem = problemOf(metadata, limits.metadataDepthMax);
  if (problem !== null) throw bad(line, problem, `has metadata ${metadataProblems[problem]}`);
  return metadata;
}

const metadataProblems = {
  'lone-surrogate': 'that is not well-formed Unicode (a lone surrogate)',
  'metadata-number': 'with a number that JSON cannot hold (infinite, NaN or a big integer)',
  'metadata-depth': `that is nested deeper than ${limits.metadataDepthMax}`,
} as const;

/** Why a value would not be read again as it is; null where it would. */
function problemOf(value: unknown, depthLeft: number): keyof typeof metadataProblems | null {
  if (typeof value === 'string') return isWellFormed(value) ? null : 'lone-surrogate';
  if (typeof value === 'number' || typeof value === 'bigint') return Number.isFinite(value) ? null : 'metadata-number';
  if (typeof value !== 'object' || value === null) return null;
  if (depthLeft === 0) return 'metadata-depth';
  for (const [key, member] of Object.entries(value)) {
    const problem = problemOf(key, 0) ?? problemOf(member, depthLeft - 1);
    if (problem !== null) return problem;
  }
  return null;
}

function checkVector(vector: InputRecord['vector'], line: number, dimension: number): Float32Array | null {
  if (vector === null || vector === undefined) return null;
  const verdict = gateVector(Symbol.iterator in Object(vector) ? [...vector] : vector, dimension);
  if ('vector' in verdict) return verdict.vector;
  throw bad(line, verdict.code, `has a vector that cannot be used: ${verdict.message}`);
}

function bad(line: number, code: string, what: string): AlluviumError {
  return invalid(code, `line ${line} ${what}`, { details: { line } });
}
