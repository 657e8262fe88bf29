// Catches two different records with one digest: a changed record would count as unchanged and never be embedded.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  contentDigest,
  type ContentFields,
  digestBytes,
  type EmbeddingSpace,
  idHash,
  isWellFormed,
  keyDigest,
  rowDigest,
  sha256,
  sha256Hex,
  vectorBytes,
} from './digest.ts';

const space: EmbeddingSpace = { model: 'm', dimension: 2 };
const anyText = fc.string({ unit: fc.constantFrom('a', 'b', '', '\u0000', '\u0001', 'é', '😀'), maxLength: 5 });
const anyFields = fc.record({ id: anyText, document: fc.option(anyText), metadata: fc.option(anyText) });
const anySpace = fc.record({ model: anyText, dimension: fc.integer({ min: 1, max: 16_384 }) });
const anyVector = fc.array(fc.float(), { minLength: 1, maxLength: 3 }).map((values) => Float32Array.from(values));

test('a content digest is the one of its definition', () => {
  fc.assert(
    fc.property(anyFields, anySpace, fc.option(anyVector), (fields, where, vector) => {
      const dimension = Buffer.alloc(4);
      dimension.writeUInt32LE(where.dimension);
      const parts = [fields.id, fields.document, fields.metadata, where.model, dimension, vector && floatBytes(vector)];
      const bytes = Buffer.concat([Buffer.from('alluvium content 1\n'), ...parts.map(fieldBytes)]);
      expect(contentDigest(fields, where, vector)).toEqual(createHash('sha256').update(bytes).digest());
    }),
  );
});

test('two records have one content digest only if they are equal in everything', () => {
  const anyRecord = fc.tuple(anyFields, fc.constantFrom(space, { ...space, model: 'n' }, { ...space, dimension: 3 }));
  fc.assert(
    fc.property(anyRecord, anyRecord, ([a, spaceA], [b, spaceB]) => {
      const equal = JSON.stringify([a, spaceA]) === JSON.stringify([b, spaceB]);
      expect(hex(contentDigest(a, spaceA, null)) === hex(contentDigest(b, spaceB, null))).toBe(equal);
    }),
    { numRuns: 500 },
  );
});

test('a character that moves from one field to the next changes it', () => {
  const digests = [
    'ab|cd|ef|gh',
    'a|bcd|ef|gh',
    'abc|d|ef|gh',
    'ab|c|def|gh',
    'ab|cde|f|gh',
    'ab|cd|e|fgh',
    'ab|cd|efg|h',
  ];
  expectDistinct(
    digests.map((split) => {
      const [id = '', document = '', metadata = '', model = ''] = split.split('|');
      return contentDigest({ id, document, metadata }, { model, dimension: 2 }, null);
    }),
  );
});

test('null, empty, and the bytes that mark them are different things', () => {
  const texts = [null, '', '\u0000', '\u0001\u0000\u0000\u0000\u0000'];
  const fields = texts.flatMap((document) => texts.map((metadata): ContentFields => ({ id: 'a', document, metadata })));
  expectDistinct(fields.map((each) => contentDigest(each, space, null)));
});

test('the model, the dimension and a vector that was handed in are part of the content', () => {
  const fields: ContentFields = { id: 'a', document: 'b', metadata: null };
  expectDistinct([
    contentDigest(fields, space, null),
    contentDigest(fields, { ...space, model: 'n' }, null),
    contentDigest(fields, { ...space, dimension: 258 }, null),
    contentDigest(fields, space, Float32Array.of()),
    contentDigest(fields, space, Float32Array.of(0, 1)),
    contentDigest(fields, space, Float32Array.of(-0, 1)),
    contentDigest(fields, space, Float32Array.of(1, 0)),
  ]);
});

test('a row digest is the one of its definition, so that each bit of a vector counts', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: digestBytes, maxLength: digestBytes }),
      fc.option(anyVector),
      (content, vector) => {
        const parts = [
          Buffer.from('alluvium row 1\n'),
          content,
          vector === null ? Buffer.alloc(0) : floatBytes(vector),
        ];
        expect(rowDigest(content, vector)).toEqual(createHash('sha256').update(Buffer.concat(parts)).digest());
      },
    ),
  );
  const content = sha256('content');
  const vectors = [null, Float32Array.of(0), Float32Array.of(-0), Float32Array.of(0, 0), Float32Array.of(1e-45)];
  expectDistinct(vectors.map((vector) => rowDigest(content, vector)));
});

test('a key digest tells every id, sequence and line apart, however large', () => {
  const anySequence = fc.oneof(fc.nat({ max: 3 }), fc.maxSafeNat());
  const anyLine = fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(anyText, anySequence, anyLine, (id, sequence, line) => {
      const bytes = Buffer.alloc(digestBytes + 12);
      bytes.set(sha256(id));
      for (let at = 0; at < 8; at++) bytes[digestBytes + at] = Number((BigInt(sequence) >> BigInt(8 * at)) & 0xffn);
      for (let at = 0; at < 4; at++) bytes[digestBytes + 8 + at] = Math.floor(line / 256 ** at) % 256;
      expect(hex(keyDigest(idHash(id), sequence, line))).toBe(sha256Hex(bytes));
    }),
  );
  expectDistinct([keyDigest(idHash('a'), 1, 2), keyDigest(idHash('a'), 2, 1), keyDigest(idHash('b'), 1, 2)]);
});

test('a vector within a larger buffer counts with its own bytes only, and is not copied', () => {
  const larger = Float32Array.of(9, 1, 2, 9);
  const vector = larger.subarray(1, 3);
  expect([...vectorBytes(vector)]).toEqual([...floatBytes(Float32Array.of(1, 2))]);
  expect(vectorBytes(vector).buffer).toBe(larger.buffer);
});

test('SHA-256 is SHA-256, of text as UTF-8', () => {
  // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hex(sha256('é'))).toBe(sha256Hex(Uint8Array.of(0xc3, 0xa9)));
  expect(idHash('abc')).toEqual(sha256('abc'));
});

test('text is well-formed if it survives UTF-8', () => {
  const anyUnits = fc
    .array(fc.constantFrom('a', '\ud83d', '\ude00', '～'), { maxLength: 4 })
    .map((units) => units.join(''));
  fc.assert(
    fc.property(anyUnits, (text) => {
      expect(isWellFormed(text)).toBe(Buffer.from(text).toString() === text);
    }),
  );
});

function fieldBytes(field: string | Uint8Array | null): Uint8Array {
  if (field === null) return Uint8Array.of(0);
  const bytes = Buffer.from(field);
  const length = [0, 8, 16, 24].map((shift) => (bytes.length >> shift) & 0xff);
  return Buffer.concat([Uint8Array.of(1, ...length), bytes]);
}

function floatBytes(vector: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(vector.length * 4);
  // A NaN's payload would not survive a number: its bits are copied.
  const bits = new Uint32Array(vector.slice().buffer);
  bits.forEach((word, at) => bytes.writeUInt32LE(word, at * 4));
  return bytes;
}

function expectDistinct(digests: readonly Uint8Array[]): void {
  expect(new Set(digests.map(hex)).size).toBe(digests.length);
}

function hex(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}
