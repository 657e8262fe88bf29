// Catches a row whose text, vector or id was changed behind a block that still decodes.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRows, makeRow } from '../../test/any-rows.ts';
import { contentDigest, rowDigest } from '../domain/digest.ts';
import type { Row } from '../domain/row.ts';
import { checkRow } from './row-check.ts';

const space = { model: 'test', dimension: 3 };
const key = 'collections/lines/deltas/d.arrow';
const row = makeRow(
  { id: 'a', sequence: 1, line: 1, vector: Float32Array.of(1, 2, 3), document: 'text', metadata: '{}' },
  space,
);

function check(each: Row, within = space) {
  return () => checkRow(key, each, within);
}

test('every row with its own digests passes', () => {
  fc.assert(
    fc.property(anyRows(space), (rows) => {
      for (const each of rows) expect(check(each)).not.toThrow();
    }),
  );
});

test('a row whose vector was handed in passes', () => {
  const content = contentDigest(row, space, row.vector);
  expect(check({ ...row, content, digest: rowDigest(content, row.vector) })).not.toThrow();
});

test.each<[string, Partial<Row>]>([
  ['id', { id: 'b' }],
  ['document', { document: null }],
  ['metadata', { metadata: '' }],
  ['vector', { vector: Float32Array.of(1, 2, -3) }],
  ['absent vector', { vector: null }],
  ['content', { content: new Uint8Array(32) }],
  ['digest', { digest: new Uint8Array(32) }],
])('a changed %s is found', (_, change) => {
  expect(check({ ...row, ...change })).toThrow(expect.objectContaining({ kind: 'Corrupt', code: 'row-digest' }));
});

test('another model or dimension is found', () => {
  expect(check(row, { ...space, model: 'other' })).toThrow('row digest');
  expect(check(row, { ...space, dimension: 4 })).toThrow('row digest');
});
