import { vectorBytes } from '../../src/domain/digest.ts';
import type { Row } from '../../src/domain/row.ts';

/** A row as any reader of Arrow should see it: exact bits, and nulls that are null. */
export interface RowRead {
  readonly id: string;
  readonly vector: string | null;
  readonly document: string | null;
  readonly metadata: string | null;
  readonly sequence: bigint;
  readonly line: number;
  readonly tombstone: boolean;
  readonly content: string;
  readonly digest: string;
}

/** A row as an Arrow library of JavaScript gives it. */
export interface RowGiven {
  readonly id: string;
  readonly vector: Iterable<number> | null;
  readonly document: string | null;
  readonly metadata: string | null;
  readonly sequence: bigint | number;
  readonly line: number;
  readonly tombstone: boolean;
  readonly content: Uint8Array;
  readonly digest: Uint8Array;
}

export function rowRead({ vector, sequence, content, digest, ...rest }: RowGiven): RowRead {
  return {
    id: rest.id,
    vector: vector === null ? null : hexOf(vectorBytes(Float32Array.from(vector))),
    document: rest.document,
    metadata: rest.metadata,
    sequence: BigInt(sequence),
    line: rest.line,
    tombstone: rest.tombstone,
    content: hexOf(content),
    digest: hexOf(digest),
  };
}

/** What a JavaScript reader should see: both take a leading byte order mark out of a text, though it is in the file. Ours does not. */
export function rowsWritten(rows: readonly Row[]): RowRead[] {
  return rows.map((row) => rowRead({ ...row, document: row.document?.replace(/^\ufeff/, '') ?? null }));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
