/**
 * The gate before every vector, wherever it comes from: what is not exactly `dimension` finite float32 with some direction does not
 * get in, and is named for what it is.
 */

export type GateCode = 'not-a-vector' | 'wrong-dimension' | 'quarter-length' | 'not-finite' | 'zero-vector';

export type GateVerdict = { readonly vector: Float32Array } | { readonly code: GateCode; readonly message: string };

/**
 * Judges an embedding: base64 of little-endian float32, or a list of numbers.
 *
 * @example
 * const verdict = gateVector(answer.embedding, 1536);
 * if ('vector' in verdict) keep(verdict.vector);
 * else reject(verdict.code, verdict.message);
 */
export function gateVector(embedding: unknown, dimension: number): GateVerdict {
  const read = readFloats(embedding);
  if ('code' in read) return read;
  const { vector } = read;
  if (vector.length !== dimension) return refuseLength(vector.length, dimension);
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd !== -1) return { code: 'not-finite', message: `value ${odd} is not a finite float32: ${vector[odd]}` };
  if (vector.every((value) => value === 0)) return { code: 'zero-vector', message: `all ${dimension} values are 0` };
  return read;
}

function readFloats(embedding: unknown): GateVerdict {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (embedding instanceof Float32Array) return { vector: embedding };
  if (Array.isArray(embedding)) return fromNumbers(embedding);
  const type = embedding === null ? 'null' : typeof embedding;
  return refuse(`neither base64 nor a list of numbers: ${type}`);
}

function fromBase64(text: string): GateVerdict {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is no base64; only what comes out as it went in was base64 altogether.
  if (bytes.toString('base64') !== text)
    return refuse(`not base64, or not in its canonical form: ${text.length} characters`);
  if (bytes.length % 4 !== 0) return refuse(`not a whole number of float32: ${bytes.length} bytes`);
  // A copy, because float32 must begin at a multiple of four.
  return { vector: new Float32Array(new Uint8Array(bytes).buffer) };
}

function fromNumbers(values: readonly unknown[]): GateVerdict {
  const odd = values.findIndex((value) => typeof value !== 'number');
  if (odd !== -1) return refuse(`value ${odd} is not a number: ${values[odd] === null ? 'null' : typeof values[odd]}`);
  // What overflows float32 becomes infinite here, and is found as such.
  return { vector: Float32Array.from(values as readonly number[]) };
}

function refuse(message: string): GateVerdict {
  return { code: 'not-a-vector', message };
}

/** Who decodes a list of numbers as if it were base64 gets a byte for each, and so a quarter as many float32. */
function refuseLength(length: number, dimension: number): GateVerdict {
  if (length * 4 === dimension) {
    const message = `quarter-length: base64 decoded as floats, ${length} values instead of ${dimension}`;
    return { code: 'quarter-length', message };
  }
  return { code: 'wrong-dimension', message: `${length} values instead of ${dimension}` };
}
