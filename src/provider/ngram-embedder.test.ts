// The bugs it would catch: a text without a vector, a vector that another machine or a later version would not make, a lookalike
// that beats the word itself.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex, vectorBytes } from '../domain/digest.ts';
import { embedText, localDimension } from './ngram-embedder.ts';

function cosine(a: string, b: string, dimension = localDimension): number {
  const [left, right] = [embedText(a, dimension), embedText(b, dimension)];
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.lorem({ maxCount: 30 }),
  fc.stringMatching(/^[ .,:;*#$()<>-]*$/),
  fc.constantFrom('', ' ', ':', '***', '\0', '\u0301', '\uD800', '東京', 'สวัสดี', '🙂', '١٢٣'),
);

test('every text has a finite vector of unit length, in any dimension (invariant 2)', () => {
  // In few dimensions features often cancel each other out entirely.
  const dimension = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(7, 256, 384, 1000));
  fc.assert(
    fc.property(text, dimension, (document, length) => {
      const vector = embedText(document, length);
      expect(vector).toHaveLength(length);
      const squares = vector.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(squares - 1)).toBeLessThan(1e-5);
    }),
    { numRuns: 2_000 },
  );
});

test('case, compatibility forms and punctuation between words make no difference', () => {
  for (const same of ['Total Amount', 'ＴＯＴＡＬ amount', '*** total: amount ***', 'total\n\tamount']) {
    expect(embedText(same, 384)).toEqual(embedText('TOTAL AMOUNT', 384));
  }
});

test('texts without a letter or digit are told apart', () => {
  const bare = ['', ' ', ':', '::', '***', '-', '<', '>', '🙂', '€'];
  const vectors = new Set(bare.map((document) => sha256Hex(vectorBytes(embedText(document, 384)))));
  expect(vectors.size).toBe(bare.length);
});

test('a shared word beats any number of similar ones', () => {
  const lookalikes = ['TOTALS AMOUNTS', 'SUBTOTAL AMOUNTED', 'TOTALLY', 'MOUNT TOTE', 'TOT AMT'];
  const shared = ['TOTAL', 'AMOUNT: 9.20', 'TOTAL (INCL. GST 6%) 12.50', 'THE WHOLE AMOUNT DUE IN CASH TODAY PLEASE'];
  const worst = Math.min(...shared.map((document) => cosine('total amount', document)));
  const best = Math.max(...lookalikes.map((document) => cosine('total amount', document)));
  expect(worst).toBeGreaterThan(best);
});

test('a lookalike beats what has nothing in common: another ending still finds something', () => {
  const documents = [
    'RECEIVE',
    'INVOICES',
    'AMOUNTS',
    'CASHIERS',
    'SDN BHD',
    'TOTAL',
    'KUALA LUMPUR',
    '12.50',
    'TEL',
    ':',
  ];
  const nearest = (query: string): string | undefined =>
    documents.toSorted((a, b) => cosine(query, b) - cosine(query, a))[0];
  for (const query of ['receiver', 'invoice', 'amount', 'cashier']) {
    expect(nearest(query)).toMatch(new RegExp(`^${query.slice(0, 6)}`, 'i'));
  }
});

test('no two of many words are nearly the same vector: no collision makes one word another', () => {
  const words = Array.from({ length: 600 }, (_, index) => sha256Hex(String(index)).slice(0, 12));
  const vectors = words.map((word) => embedText(word, localDimension));
  const nearest = vectors.map((a, index) =>
    vectors.slice(index + 1).reduce(
      (most, b) =>
        Math.max(
          most,
          a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0),
        ),
      0,
    ),
  );
  expect(Math.max(...nearest)).toBeLessThan(0.5);
});

test('local-ngram-1 is exactly this arithmetic (invariants 1 and 3)', () => {
  const documents = [
    '',
    ':',
    'TOTAL AMOUNT: $9.20',
    'Grüße, Ｗelt! e\u0301',
    '東京タワー 2024',
    'to be or not to be, to be',
  ];
  const digests = documents.flatMap((document) =>
    [64, 384].map((dimension) => sha256Hex(vectorBytes(embedText(document, dimension))).slice(0, 16)),
  );
  expect(digests).toMatchInlineSnapshot(`
    [
      "dd4f1b150842a167",
      "8b7a5e421d61bd15",
      "59752614a50d9c68",
      "ae9f5ca501cecc71",
      "c30f319f12388a0e",
      "6be57213c487994a",
      "e72e7b648097b563",
      "71d3f1a8e8dbd514",
      "e5cc2beee8e1dda7",
      "83289e52c37dac9c",
      "ba2d8d4001189155",
      "2c6fddf22ae01509",
    ]
  `);
});
