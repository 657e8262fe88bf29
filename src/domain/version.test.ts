// Catches an order of versions that is none: the winner of an id would depend on which delta arrived first.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shuffled } from '../../test/any-tally.ts';
import { compareContenders, compareVersions, type Contender, fateOfLoser } from './version.ts';

const anyVersion = fc.record({
  sequence: fc.oneof(fc.nat({ max: 2 }), fc.maxSafeNat()),
  line: fc.oneof(fc.nat({ max: 2 }), fc.nat()),
});
const anyContender = fc.record({
  sequence: fc.nat({ max: 2 }),
  line: fc.nat({ max: 2 }),
  digest: fc
    .array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: 2, maxLength: 2 })
    .map((bytes) => Uint8Array.from(bytes)),
});

const total = [
  { what: 'versions', any: anyVersion, compare: compareVersions },
  { what: 'contenders', any: anyContender, compare: compareContenders },
] as const;

test.each(total)('$what are totally ordered', ({ any, compare: typed }) => {
  const compare = typed as (a: unknown, b: unknown) => number;
  fc.assert(
    fc.property(any as fc.Arbitrary<unknown>, any as fc.Arbitrary<unknown>, any as fc.Arbitrary<unknown>, (a, b, c) => {
      expect(Math.sign(compare(a, b)) + Math.sign(compare(b, a))).toBe(0);
      expect(compare(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
      const [low, middle, high] = [a, b, c].toSorted(compare);
      expect(compare(low, middle)).toBeLessThanOrEqual(0);
      expect(compare(middle, high)).toBeLessThanOrEqual(0);
      expect(compare(low, high)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1_000 },
  );
});

test('a version is its sequence first, then its line', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      const place = ({ sequence, line }: typeof a): bigint => BigInt(sequence) * 2n ** 64n + BigInt(line);
      expect(compareVersions(a, b) > 0).toBe(place(a) > place(b));
    }),
  );
});

test('of the same version the bytewise smaller digest wins, of others the higher version whatever its digest', () => {
  const contender = (sequence: number, line: number, ...digest: number[]): Contender => ({
    sequence,
    line,
    digest: Uint8Array.from(digest),
  });
  expect(compareContenders(contender(1, 1, 0x80), contender(1, 1, 0x7f))).toBeLessThan(0);
  expect(compareContenders(contender(1, 2, 0x80), contender(1, 1, 0x7f))).toBeGreaterThan(0);
  expect(compareContenders(contender(2, 1, 0xff), contender(1, 9, 0x00))).toBeGreaterThan(0);
});

test('the winner does not depend on who arrives first', () => {
  const arrivals = fc
    .array(anyContender, { minLength: 1, maxLength: 6 })
    .chain((contenders) => fc.tuple(fc.constant(contenders), shuffled(contenders)));
  const winner = (contenders: readonly Contender[]): Contender =>
    contenders.reduce((best, next) => (compareContenders(best, next) < 0 ? next : best));
  fc.assert(
    fc.property(arrivals, ([contenders, inAnotherOrder]) => {
      expect(winner(inAnotherOrder)).toEqual(winner(contenders));
    }),
  );
});

test('a loser of the same version is a duplicate, any other is superseded', () => {
  fc.assert(
    fc.property(anyContender, anyContender, (a, b) => {
      const same = a.sequence === b.sequence && a.line === b.line;
      expect(fateOfLoser(a, b)).toBe(same ? 'duplicate' : 'superseded');
    }),
  );
});
