import { vectorBytes } from '../domain/digest.ts';

/**
 * Lines of output and error files as OpenAI's Batch API writes them
 * (https://platform.openai.com/docs/api-reference/batch/request-output). `answer-line.ts` reads them.
 */

/** `<batchId>/<n>`: which record a line answers. */
export function customId(batchId: string, n: number): string {
  return `${batchId}/${n}`;
}

/** A vector as lines carry it: base64 of little-endian float32. */
export function encodeVector(vector: Float32Array): string {
  const bytes = vectorBytes(vector);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A line of the output file. `embedding` is base64 where it is a vector; what is not is for the gate to name. */
export function embeddingLine(id: string, model: string, embedding: unknown): string {
  const data = [{ object: 'embedding', index: 0, embedding }];
  return batchLine(id, 200, { object: 'list', data, model, usage: { prompt_tokens: 0, total_tokens: 0 } });
}

/** A line of the error file: a record that cannot be embedded, however often it is asked for. */
export function refusalLine(id: string, code: string, message: string): string {
  return batchLine(id, 400, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function batchLine(id: string, status: number, body: object): string {
  const response = { status_code: status, request_id: null, body };
  return `${JSON.stringify({ id, custom_id: id, response, error: null })}\n`;
}
