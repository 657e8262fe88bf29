import { createHash, hash } from 'node:crypto';

/** 32 bytes. */
export type Digest = Uint8Array;

export const digestBytes = 32;

export function sha256(bytes: Uint8Array | string): Digest {
  return hash('sha256', bytes, 'buffer');
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex');
}

/** What a record is embedded for and with: part of every content digest. */
export interface EmbeddingSpace {
  readonly model: string;
  readonly dimension: number;
}

export interface ContentFields {
  readonly id: string;
  readonly document: string | null;
  /** Canonical JSON. */
  readonly metadata: string | null;
}

/** SHA-256 of the id: how an id stands in indexes and key hashes, whatever its length and characters. */
export function idHash(id: string): Digest {
  return sha256(id);
}

/**
 * SHA-256 over id, document, metadata, model, dimension and, where one was handed in, the vector. Decides "unchanged".
 *
 * Every field is written as a presence byte, a length and its bytes, so that no two different records collide by moving
 * a border between fields.
 */
export function contentDigest(fields: ContentFields, space: EmbeddingSpace, handedIn: Float32Array | null): Digest {
  const hasher = createHash('sha256').update('alluvium content 1\n');
  const dimension = Buffer.alloc(4);
  dimension.writeUInt32LE(space.dimension);
  const vector = handedIn === null ? null : vectorBytes(handedIn);
  for (const field of [fields.id, fields.document, fields.metadata, space.model, dimension, vector]) {
    if (field === null) hasher.update(Uint8Array.of(0));
    else {
      const bytes = typeof field === 'string' ? Buffer.from(field) : field;
      const header = Buffer.alloc(5);
      header.writeUInt8(1);
      header.writeUInt32LE(bytes.length, 1);
      hasher.update(header).update(bytes);
    }
  }
  return hasher.digest();
}

/**
 * SHA-256 over the content digest (and so over its fields) and the vector's bytes: the row's identity. Computed once, when the provider's output is
 * parsed; it travels with the row. A tombstone has no vector.
 */
export function rowDigest(content: Digest, vector: Float32Array | null): Digest {
  const hasher = createHash('sha256').update('alluvium row 1\n').update(content);
  if (vector !== null) hasher.update(vectorBytes(vector));
  return hasher.digest();
}

/** SHA-256(SHA-256(id), sequence, line): what key hashes sum, computable from an index that holds no ids. */
export function keyDigest(hashOfId: Digest, sequence: number, line: number): Digest {
  const bytes = Buffer.allocUnsafe(digestBytes + 12);
  bytes.set(hashOfId);
  bytes.writeBigUInt64LE(BigInt(sequence), digestBytes);
  bytes.writeUInt32LE(line, digestBytes + 8);
  return sha256(bytes);
}

/** The vector's little-endian float32 bytes, without a copy. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Text that is not well-formed Unicode has no UTF-8 form and would be changed by writing it. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed();
}
