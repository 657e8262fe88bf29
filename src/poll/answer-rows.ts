import { canonicalJson } from '../domain/canonical-json.ts';
import { contentDigest, type EmbeddingSpace, rowDigest } from '../domain/digest.ts';
import { internal } from '../domain/errors.ts';
import type { RequestLine } from '../domain/facts.ts';
import { compareIds } from '../domain/ids.ts';
import type { Row } from '../domain/row.ts';
import { gateVector } from '../format/vector-gate.ts';

/** A record of a request with everything of its row that does not depend on the provider. */
export type AskedRecord = Omit<Row, 'vector' | 'digest'>;

/** The request's records, by `n`. */
export function askedRecords(lines: readonly RequestLine[], sequence: number, space: EmbeddingSpace): AskedRecord[] {
  return lines.map((line) => {
    const { id, document } = line;
    const metadata = line.metadata === null ? null : canonicalJson(line.metadata);
    const content = contentDigest({ id, document, metadata }, space, handedInVector(line, space));
    return { id, document, metadata, sequence, line: line.line, tombstone: false, content };
  });
}

/** The rows of the answered records, sorted by id. `vectors` are indexed by `n`; null where a record has none. */
export function answerRows(asked: readonly AskedRecord[], vectors: readonly (Float32Array | null)[]): Row[] {
  return asked
    .flatMap((record, n) => {
      const vector = vectors[n] ?? null;
      return vector === null ? [] : [{ ...record, vector, digest: rowDigest(record.content, vector) }];
    })
    .toSorted((a, b) => compareIds(a.id, b.id));
}

function handedInVector({ vector, id }: RequestLine, { dimension }: EmbeddingSpace): Float32Array | null {
  if (vector === undefined) return null;
  const verdict = gateVector(vector, dimension);
  if ('vector' in verdict) return verdict.vector;
  throw internal(
    'request-vector',
    `a request holds a vector that its hand-in should have refused: ${verdict.message}`,
    {
      details: { id },
    },
  );
}

/** Splits sorted rows into parts of at most `bytesMax`, estimated; each part becomes a delta. */
export function splitParts(rows: readonly Row[], dimension: number, bytesMax: number): Row[][] {
  const parts: Row[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const size = rowBytes(row, dimension);
    if (bytes + size > bytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(row);
    bytes += size;
  }
  return parts;
}

/** Fixed columns and offsets take less than this. */
const fixedRowBytes = 128;

function rowBytes({ id, document, metadata }: Row, dimension: number): number {
  const text = Buffer.byteLength(id) + Buffer.byteLength(document ?? '') + Buffer.byteLength(metadata ?? '');
  return dimension * Float32Array.BYTES_PER_ELEMENT + text + fixedRowBytes;
}
