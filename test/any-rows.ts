import * as fc from 'fast-check';
import { contentDigest, rowDigest, type EmbeddingSpace } from '../src/domain/digest.ts';
import { compareRows } from '../src/domain/ids.ts';
import type { Row } from '../src/domain/row.ts';

/** What a row is made of; its digests follow. */
export type RowFields = Omit<Row, 'tombstone' | 'content' | 'digest'>;

/** A row with the digests that it should have. No vector: a tombstone. */
export function makeRow(fields: RowFields, space: EmbeddingSpace): Row {
  const content = contentDigest(fields, space, null);
  return { ...fields, tombstone: fields.vector === null, content, digest: rowDigest(content, fields.vector) };
}

/** Any character: control characters, characters beyond the basic plane, byte order marks, never half of one. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', '\u0000', '\u001b', '\ufeff', 'é', '～', '😀'), maxLength: 4 }),
);

/** Sorted rows without repetition: with and without vector, empty and absent texts, several versions of one id. */
export function anyRows(space: EmbeddingSpace, maxLength = 20): fc.Arbitrary<Row[]> {
  const component = fc.float({ noNaN: true, noDefaultInfinity: true });
  const vector = fc
    .array(component, { minLength: space.dimension, maxLength: space.dimension })
    .map((components) => Float32Array.from(components));
  const version = {
    id: fc.oneof(anyText, fc.constantFrom('a', 'b')),
    sequence: fc.oneof(fc.nat({ max: 3 }), fc.maxSafeNat()),
    line: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  };
  const text = fc.option(anyText);
  const record = fc.record({ ...version, vector, document: text, metadata: text });
  const none = fc.constant(null);
  const tombstone = fc.record({ ...version, vector: none, document: none, metadata: none });
  return fc
    .array(fc.oneof({ weight: 4, arbitrary: record }, { weight: 1, arbitrary: tombstone }), { maxLength })
    .map((fields) => sorted(fields.map((each) => makeRow(each, space))));
}

function sorted(rows: readonly Row[]): Row[] {
  return rows
    .toSorted(compareRows)
    .filter((row, index, all) => index === 0 || compareRows(all[index - 1] ?? row, row) !== 0);
}
