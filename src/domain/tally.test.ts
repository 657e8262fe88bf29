// Catches a tally that loses rows, keys or contents when tallies are added or subtracted, or two different ones that count as the same.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCounted, anyKeyTally, anyTally, grouped, shuffled, tallyOf } from '../../test/any-tally.ts';
import { sha256 } from './digest.ts';
import {
  addKeyTallies,
  addTallies,
  emptyKeyTally,
  emptyTally,
  KeyTallier,
  sameKeyTally,
  sameTally,
  subtractKeyTally,
  subtractTally,
} from './tally.ts';

test('what is counted one at a time, in any order, is what its groups add up to', () => {
  const arranged = anyCounted.chain((counted) => fc.tuple(fc.constant(counted), shuffled(counted), grouped(counted)));
  fc.assert(
    fc.property(arranged, ([counted, inAnotherOrder, groups]) => {
      const whole = tallyOf(counted);
      expect(whole.rows).toBe(counted.length);
      expect(tallyOf(inAnotherOrder)).toEqual(whole);
      expect(addTallies(...groups.map(tallyOf))).toEqual(whole);
    }),
  );
});

test('keys are counted the same with and without contents', () => {
  fc.assert(
    fc.property(anyCounted, (counted) => {
      const tallier = new KeyTallier();
      for (const [key] of counted) tallier.add(key);
      const { rows, keyHash } = tallyOf(counted);
      expect(tallier.tally()).toEqual({ rows, keyHash });
    }),
  );
});

test('adding is commutative and associative, and the empty tally changes nothing', () => {
  fc.assert(
    fc.property(anyTally, anyTally, anyTally, (a, b, c) => {
      expect(addTallies(a, b)).toEqual(addTallies(b, a));
      expect(addTallies(addTallies(a, b), c)).toEqual(addTallies(a, addTallies(b, c)));
      expect(addTallies(a, b, c)).toEqual(addTallies(a, addTallies(b, c)));
      expect(addTallies(a, emptyTally)).toEqual(a);
      expect(addTallies()).toEqual(emptyTally);
    }),
  );
});

test('subtracting undoes adding', () => {
  fc.assert(
    fc.property(anyTally, anyTally, (a, b) => {
      expect(subtractTally(addTallies(a, b), b)).toEqual(a);
      expect(addTallies(subtractTally(a, b), b)).toEqual(a);
      expect(subtractTally(a, a)).toEqual(emptyTally);
    }),
  );
  fc.assert(
    fc.property(anyKeyTally, anyKeyTally, (a, b) => {
      expect(subtractKeyTally(addKeyTallies(a, b), b)).toEqual(a);
      expect(addKeyTallies(a, emptyKeyTally)).toEqual(a);
      expect(addKeyTallies()).toEqual(emptyKeyTally);
    }),
  );
});

test('two tallies are the same only if rows, keys and contents are', () => {
  const [key, digest, other] = ['key', 'digest', 'other'].map(sha256) as [Uint8Array, Uint8Array, Uint8Array];
  const tally = tallyOf([[key, digest]]);
  const others = [tallyOf([[other, digest]]), { ...tally, rows: 2 }];
  expect(sameTally(tally, tallyOf([[key, digest]]))).toBe(true);
  for (const different of others) {
    expect(sameKeyTally(tally, different)).toBe(false);
    expect(sameTally(tally, different)).toBe(false);
  }
  const otherContent = tallyOf([[key, other]]);
  expect(sameKeyTally(tally, otherContent)).toBe(true);
  expect(sameTally(tally, otherContent)).toBe(false);
});
