import { limits } from '../domain/limits.ts';
import { gateVector } from '../format/vector-gate.ts';
import { codeOfStatus, type ResidueCode, type StrayCode } from './residue-codes.ts';

/** What one line of an output or error file says: a record's vector, why it has none, or nothing about any record. */
export type AnswerLine = VectorAnswer | FailedAnswer | StrayAnswer;

export interface VectorAnswer {
  readonly type: 'vector';
  readonly n: number;
  readonly vector: Float32Array;
}

export interface FailedAnswer {
  readonly type: 'failed';
  readonly n: number;
  readonly code: ResidueCode;
  readonly message: string;
}

export interface StrayAnswer {
  readonly type: 'stray';
  readonly code: StrayCode;
  readonly message: string;
}

/** What a line may answer. */
export interface AskedBatch {
  readonly batchId: string;
  /** Number of records. */
  readonly records: number;
  readonly dimension: number;
}

/** Reads a line as the Batch API writes it. Nothing in it is trusted, and nothing makes it throw. */
export function readAnswerLine(text: string, asked: AskedBatch): AnswerLine {
  const answer = parseObject(text);
  if (answer === null) return stray('unparsable-line', 'not a JSON object');
  const id = answer['custom_id'];
  const n = typeof id === 'string' ? positionOf(id, asked) : null;
  if (n === null) return stray('unknown-id', `custom_id ${quote(id)} is none of the batch`);
  const status = member(answer['response'], 'status_code');
  const body = member(answer['response'], 'body');
  if (!isAbsent(answer['error'])) return refused(n, statusOf(status), answer['error']);
  if (status === 200) return readBody(n, body, asked.dimension);
  if (statusOf(status) === null)
    return failed(n, 'malformed-answer', `neither an error nor a status: ${quote(status)}`);
  return refused(n, statusOf(status), member(body, 'error'));
}

function readBody(n: number, body: unknown, dimension: number): AnswerLine {
  const data = member(body, 'data');
  if (!Array.isArray(data) || data.length !== 1) {
    const found = Array.isArray(data) ? `${data.length} embeddings` : 'no embeddings';
    return failed(n, 'malformed-answer', `the answer has ${found} for one text`);
  }
  const embedding = member(data[0], 'embedding');
  if (isAbsent(embedding)) return failed(n, 'malformed-answer', 'the answer has no embedding');
  const verdict = gateVector(embedding, dimension);
  if ('vector' in verdict) return { type: 'vector', n, vector: verdict.vector };
  return failed(n, verdict.code, verdict.message);
}

function refused(n: number, status: number | null, error: unknown): FailedAnswer {
  const said = typeof error === 'string' ? [error] : [member(error, 'code'), member(error, 'message')];
  const words = said.filter((word) => typeof word === 'string' || typeof word === 'number');
  const parts = [status === null ? 'no status' : `status ${status}`, ...words];
  return failed(n, codeOfStatus(status), parts.join(': '));
}

/** The `<n>` of `<batchId>/<n>`, spelled as we spell it; null for anything else. */
function positionOf(customId: string, { batchId, records }: AskedBatch): number | null {
  const prefix = `${batchId}/`;
  const digits = customId.slice(prefix.length);
  if (!customId.startsWith(prefix) || !/^(?:0|[1-9][0-9]{0,14})$/.test(digits)) return null;
  const n = Number(digits);
  return n < records ? n : null;
}

function statusOf(status: unknown): number | null {
  return typeof status === 'number' && Number.isInteger(status) ? status : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function failed(n: number, code: ResidueCode, message: string): FailedAnswer {
  return { type: 'failed', n, code, message: bounded(message) };
}

function stray(code: StrayCode, message: string): StrayAnswer {
  return { type: 'stray', code, message: bounded(message) };
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}

/** Short enough for a fact, and well-formed: a provider's text may be neither. */
function bounded(message: string): string {
  return message.slice(0, limits.residueMessageCharactersMax).toWellFormed();
}
