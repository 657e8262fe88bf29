import { contentDigest, rowDigest, type Digest, type EmbeddingSpace } from '../domain/digest.ts';
import { corrupt } from '../domain/errors.ts';
import type { Row } from '../domain/row.ts';

/**
 * Throws `Corrupt` (`row-digest`) unless a row's fields are those that its digests were computed from.
 *
 * The row does not say whether its vector was handed in or embedded, so its content digest may be either one.
 */
export function checkRow(key: string, row: Row, space: EmbeddingSpace): void {
  const embedded = contentDigest(row, space, null);
  const isContent =
    isSame(embedded, row.content) ||
    (row.vector !== null && isSame(contentDigest(row, space, row.vector), row.content));
  if (!isContent) throw wrongDigest(key, row, 'content', row.content, embedded);
  const digest = rowDigest(row.content, row.vector);
  if (!isSame(digest, row.digest)) throw wrongDigest(key, row, 'digest', row.digest, digest);
}

function isSame(a: Digest, b: Digest): boolean {
  return Buffer.compare(a, b) === 0;
}

function wrongDigest(key: string, { id, sequence, line }: Row, field: string, expected: Digest, actual: Digest) {
  return corrupt('row-digest', key, Buffer.from(expected).toString('hex'), Buffer.from(actual).toString('hex'), {
    details: { id, sequence, line, field },
  });
}
