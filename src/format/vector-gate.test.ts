// The bug it would catch: a vector that is not what the collection holds gets in, or is refused under a name that misleads.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vectorBytes } from '../domain/digest.ts';
import { gateVector, type GateCode } from './vector-gate.ts';

const dimension = 8;

function base64(values: readonly number[]): string {
  return Buffer.from(vectorBytes(Float32Array.from(values))).toString('base64');
}

function codeOf(embedding: unknown): GateCode | 'passed' {
  const verdict = gateVector(embedding, dimension);
  return 'vector' in verdict ? 'passed' : verdict.code;
}

const ones = Array.from({ length: dimension }, () => 1);
const zeros = ones.map(() => 0);

test('a good vector passes with exactly its float32 values, in either form', () => {
  const values = fc
    .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: dimension, maxLength: dimension })
    .filter((list) => list.some((value) => value !== 0));
  fc.assert(
    fc.property(values, (list) => {
      const expected = { vector: Float32Array.from(list) };
      expect(gateVector(base64(list), dimension)).toEqual(expected);
      expect(gateVector(list, dimension)).toEqual(expected);
      expect(gateVector(expected.vector, dimension)).toEqual(expected);
    }),
  );
});

test.each<[GateCode, string, unknown]>([
  ['wrong-dimension', 'one too few', ones.slice(1)],
  ['wrong-dimension', 'one too many', [...ones, 1]],
  ['wrong-dimension', 'base64, one too few', base64(ones.slice(1))],
  ['wrong-dimension', 'none', []],
  ['wrong-dimension', 'empty base64', ''],
  ['quarter-length', 'a quarter', [1, 1]],
  ['quarter-length', 'base64, a quarter', base64([1, 1])],
  ['not-finite', 'infinity', [...ones.slice(1), Infinity]],
  ['not-finite', 'NaN', [...ones.slice(1), NaN]],
  ['not-finite', 'base64 of NaN', base64([...ones.slice(1), NaN])],
  ['not-finite', 'beyond float32', [...ones.slice(1), 1e39]],
  ['zero-vector', 'zeros', zeros],
  ['zero-vector', 'base64 of negative zeros', base64(zeros.map(() => -0))],
  ['zero-vector', 'zero as float32', ones.map(() => 1e-60)],
  ['not-a-vector', 'nothing', undefined],
  ['not-a-vector', 'null', null],
  ['not-a-vector', 'an object', { 0: 1 }],
  ['not-a-vector', 'numbers as text', ones.map(String)],
  ['not-a-vector', 'a null among numbers', [...ones.slice(1), null]],
  ['not-a-vector', 'a hole among numbers', Object.assign(ones.slice(1), { length: dimension })],
  ['not-a-vector', 'no base64', '[1,1,1,1,1,1,1,1]'],
  ['not-a-vector', 'base64 with a character inside', `${base64(ones).slice(0, 5)} ${base64(ones).slice(5)}`],
  ['not-a-vector', 'base64 without its padding', base64(ones).replaceAll('=', '')],
  ['not-a-vector', 'a byte short', Buffer.from(base64(ones), 'base64').subarray(1).toString('base64')],
])('%s: %s', (code, _, embedding) => {
  expect(codeOf(embedding)).toBe(code);
});

test('F47: a list of numbers that was read as base64 is named as such', () => {
  // What an SDK makes of a list where it expected base64: each number becomes one byte.
  const decoded = new Float32Array(new Uint8Array(ones).buffer);
  expect(gateVector([...decoded], dimension)).toMatchObject({
    code: 'quarter-length',
    message: expect.stringContaining('quarter-length: base64 decoded as floats'),
  });
});

test('nothing makes the gate throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.integer({ min: 1, max: 20 }), (embedding, length) => {
      const verdict = gateVector(embedding, length);
      expect('vector' in verdict ? verdict.vector.length : verdict.code).toBeTruthy();
    }),
  );
});
