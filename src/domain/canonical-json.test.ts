// Catches equal values with different bytes: an unchanged record would be embedded again, and a fact would differ from itself.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shuffled } from '../../test/any-tally.ts';
import { canonicalJson, type Json } from './canonical-json.ts';

const anyJson = fc.json({ stringUnit: 'binary' }).map((text) => JSON.parse(text) as Json);

test('the example of RFC 8785', () => {
  // https://www.rfc-editor.org/rfc/rfc8785#section-3.2.3
  const text = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  expect(canonicalJson(JSON.parse(text))).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys stand in the order of their UTF-16 units', () => {
  const keys = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö'];
  const value = Object.fromEntries(keys.map((key) => [key, 0]));
  expect(Object.keys(JSON.parse(canonicalJson(value)) as object)).toEqual([
    '1',
    '\r',
    '\u0080',
    'ö',
    '€',
    '😀',
    '\ufb33',
  ]);
});

test('it reads as the value it was made of, and writing that again gives the same bytes', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('the order in which members were set changes nothing', () => {
  const anyMembers = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), anyJson), {
    selector: ([key]) => key,
    maxLength: 8,
  });
  fc.assert(
    fc.property(
      anyMembers.chain((members) => fc.tuple(fc.constant(members), shuffled(members))),
      ([members, others]) => {
        expect(canonicalJson(Object.fromEntries(others))).toBe(canonicalJson(Object.fromEntries(members)));
      },
    ),
  );
});

test('numbers that are equal have one form', () => {
  const written = ['-0', '0.0', '10E-1', '1.00', '1000000000000000000000', '4.9e-324'];
  const canonical = written.map((number) => canonicalJson(JSON.parse(number)));
  expect(canonical).toEqual(['0', '0', '1', '1', '1e+21', '5e-324']);
});

test('a key that means something to JavaScript is a key', () => {
  const text = '{"__proto__":{"a":1},"constructor":2}';
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});

test('what has no JSON form is refused as our own error', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const values = [
    undefined,
    () => 1,
    Number.NaN,
    { a: [Number.POSITIVE_INFINITY] },
    { a: '\ud800' },
    { '\udc00': 1 },
    { a: 1n },
    circular,
  ];
  for (const value of values) {
    expect(() => canonicalJson(value)).toThrow(
      expect.objectContaining({ kind: 'Internal', code: 'not-json' }) as Error,
    );
  }
});
