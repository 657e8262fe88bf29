// Catches a record that is accepted although it cannot be stored as it is, or refused without saying which line and why.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../domain/canonical-json.ts';
import { contentDigest, idHash } from '../domain/digest.ts';
import { AlluviumError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { normalizeRecord } from './normalize-record.ts';
import type { InputRecord } from './types.ts';

const space = { model: 'm', dimension: 4 };
const line = 7;
const base = { id: 'a', document: 'text' };
const vector = [1, 2, 3, 4];

/** What a program may hand in, whatever the types say. */
type Anything = Readonly<Record<string, unknown>>;

const refusals: readonly (readonly [what: string, record: Anything, code: string])[] = [
  ['no id', { document: 'text' }, 'id-missing'],
  ['an id that is null', { ...base, id: null }, 'id-missing'],
  ['an empty id', { ...base, id: '' }, 'id-missing'],
  ['an id that is a number', { ...base, id: 5 }, 'id-missing'],
  ['an id of too many characters', { ...base, id: 'a'.repeat(limits.idBytesMax + 1) }, 'id-too-long'],
  ['an id of too many bytes', { ...base, id: 'é'.repeat(limits.idBytesMax / 2 + 1) }, 'id-too-long'],
  ['half a character in the id', { ...base, id: 'a\ud83d' }, 'lone-surrogate'],
  ['a document that is a number', { ...base, document: 5 }, 'document-type'],
  ['a document that is a list', { ...base, document: ['text'] }, 'document-type'],
  ['half a character in the document', { ...base, document: '\ude00text' }, 'lone-surrogate'],
  ['neither document nor vector', { id: 'a' }, 'document-missing'],
  ['neither document nor vector, but metadata', { id: 'a', document: null, metadata: {} }, 'document-missing'],
  ['metadata that is text', { ...base, metadata: 'text' }, 'metadata-type'],
  ['metadata that is a list', { ...base, metadata: [] }, 'metadata-type'],
  ['metadata that is a number', { ...base, metadata: 0 }, 'metadata-type'],
  ['metadata that is false', { ...base, metadata: false }, 'metadata-type'],
  ['half a character in metadata', { ...base, metadata: { a: '\ud83d' } }, 'lone-surrogate'],
  ['half a character in a key', { ...base, metadata: { '\ud83d': 1 } }, 'lone-surrogate'],
  ['half a character in a nested key', { ...base, metadata: { a: [{ b: { '\udc00b': null } }] } }, 'lone-surrogate'],
  ['half a character in a list', { ...base, metadata: { a: ['b', ['\ud800']] } }, 'lone-surrogate'],
  ['too short a vector', { ...base, vector: [1, 2, 3] }, 'wrong-dimension'],
  ['an empty vector', { ...base, vector: [] }, 'wrong-dimension'],
  ['a quarter of a vector', { ...base, vector: [1] }, 'quarter-length'],
  ['a vector of zeros', { ...base, vector: [0, -0, 0, 0] }, 'zero-vector'],
  ['a vector that float32 rounds to zeros', { ...base, vector: [1e-50, -1e-50, 0, 0] }, 'zero-vector'],
  ['a vector with NaN', { ...base, vector: [1, Number.NaN, 3, 4] }, 'not-finite'],
  ['a vector with infinity', { ...base, vector: [1, 2, 3, Number.NEGATIVE_INFINITY] }, 'not-finite'],
  ['a vector beyond float32', { ...base, vector: [1, 2, 3, 1e39] }, 'not-finite'],
  ['a vector with null', { ...base, vector: [1, null, 3, 4] }, 'not-a-vector'],
  ['a vector with text', { ...base, vector: [1, '2', 3, 4] }, 'not-a-vector'],
  // oxlint-disable-next-line no-sparse-arrays -- a hole is what is handed in.
  ['a vector with a hole', { ...base, vector: [1, , 3, 4] }, 'not-a-vector'],
  ['a vector that is text', { ...base, vector: 'AAAA' }, 'not-a-vector'],
];

test.each(refusals)('%s is refused, with its line', (_, record, code) => {
  expectRefused(record, code);
});

test('a record without a vector is refused where vectors are handed in', () => {
  expectRefused(base, 'vector-missing', false);
  expect(normalize({ ...base, vector }, false).vector).toEqual(Float32Array.from(vector));
});

test.each([
  ['infinity', { a: Number.POSITIVE_INFINITY }],
  ['1e999, as JSON reads it', JSON.parse('{"a":[1e999]}') as unknown],
  ['NaN', { a: { b: Number.NaN } }],
  ['a big integer', { a: 1n }],
  ['a nesting that no stack holds', JSON.parse(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`) as unknown],
])('metadata with %s is refused, with its line', (_, metadata) => {
  expectRefused({ ...base, metadata });
});

test.each([[5], [{}], [true]])('a vector that is %j is refused, with its line', (odd) => {
  expectRefused({ ...base, vector: odd });
});

const anyText = fc.string({ unit: 'binary' });
const anyRecord = fc.record({
  id: fc.string({ unit: 'binary', minLength: 1 }),
  document: anyText,
  metadata: fc.option(fc.dictionary(anyText, fc.jsonValue({ stringUnit: 'binary' }))),
  vector: fc.option(
    fc.tuple(fc.constant(1), fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constant(-0), fc.constant(5e-324)),
  ),
}) as fc.Arbitrary<InputRecord & { readonly document: string }>;

test('any other record is accepted as it is, with the digests of its definition', () => {
  fc.assert(
    fc.property(anyRecord, ({ id, document, metadata = null, vector: numbers = null }) => {
      const floats = numbers === null ? null : Float32Array.from(numbers);
      const fields = { id, document, metadata: metadata === null ? null : canonicalJson(metadata) };
      expect(normalize({ id, document, metadata, vector: numbers })).toEqual({
        line,
        id,
        idHash: idHash(id),
        content: contentDigest(fields, space, floats),
        document,
        metadata,
        vector: floats,
        bytes: id.length + document.length + (fields.metadata?.length ?? 0) + (floats?.byteLength ?? 0),
      });
    }),
  );
});

test('what is left out is the same as null', () => {
  const whole = normalize({ id: 'a', document: 'text', metadata: null, vector: null });
  expect(normalize({ id: 'a', document: 'text' })).toEqual(whole);
  expect(normalize({ id: 'a', vector })).toEqual(normalize({ id: 'a', document: null, metadata: null, vector }));
});

test('an empty text is a document, empty metadata is metadata, and the longest id is an id', () => {
  expect(normalize({ id: 'a', document: '' }).document).toBe('');
  expect(contentOf({ ...base, metadata: {} })).not.toEqual(contentOf(base));
  expect(normalize({ ...base, id: 'é'.repeat(limits.idBytesMax / 2) }).id).toHaveLength(limits.idBytesMax / 2);
});

test('how metadata is written does not change its content', () => {
  const equal = ['{"a":1,"b":[0,{"c":1,"d":2}]}', '{"b":[-0,{"d":2e0,"c":1.0}],"a":10E-1}'];
  const [first, second] = equal.map((text) => contentOf({ ...base, metadata: JSON.parse(text) as object }));
  expect(second).toEqual(first);
  expect(contentOf({ ...base, metadata: { a: '1', b: [0, { c: 1, d: 2 }] } })).not.toEqual(first);
});

test('the line is not part of the content, everything else is', () => {
  const record = { ...base, vector };
  const others = [
    { ...record, id: 'b' },
    { ...record, document: 'other' },
    { ...record, document: null },
    { ...record, metadata: {} },
    { ...record, vector: null },
    { ...record, vector: [1, 2, 3, 5] },
  ].map(contentOf);
  const moved = normalizeRecord(record, 8, space, true).content;
  const elsewhere = normalizeRecord(record, line, { ...space, model: 'n' }, true).content;
  expect(moved).toEqual(contentOf(record));
  expect(new Set([contentOf(record), ...others, elsewhere].map((each) => Buffer.from(each).toString('hex'))).size).toBe(
    8,
  );
});

test('a float32 vector is copied, so that its owner may use it again', () => {
  const own = Float32Array.from(vector);
  const record = normalize({ ...base, vector: own });
  own.fill(0);
  expect(record.vector).toEqual(Float32Array.from(vector));
});

function normalize(record: Anything, embeds = true) {
  return normalizeRecord(record as unknown as InputRecord, line, space, embeds);
}

function contentOf(record: Anything): Uint8Array {
  return normalize(record).content;
}

function expectRefused(record: Anything, code?: string, embeds = true): void {
  let thrown: unknown = null;
  try {
    normalize(record, embeds);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(AlluviumError);
  expect(thrown).toMatchObject({ kind: 'Invalid', details: { line }, ...(code === undefined ? {} : { code }) });
  expect((thrown as AlluviumError).message).toMatch(/^line 7 has /);
}
