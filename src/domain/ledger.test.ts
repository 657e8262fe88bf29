// Catches a ledger that balances although a record is nowhere, or in two places: what `audit` exists to find.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCounted, anyDigest, grouped, tallyOf } from '../../test/any-tally.ts';
import type { Digest } from './digest.ts';
import { emptyLedger, isBalanced, type Ledger, ledgerRows, ledgerTerms, unaccounted } from './ledger.ts';
import { addKeyTallies, emptyKeyTally, subtractKeyTally, type KeyTally } from './tally.ts';

type Records = readonly (readonly [Digest, Digest])[];

/** Every record submitted is in one term. */
const anyPlaces = anyCounted.chain((records) =>
  fc.tuple(fc.constant(records as Records), grouped(records as Records, ledgerTerms.length)),
);
const anyTerm = fc.constantFrom(...ledgerTerms);

test('it balances when every record is in exactly one place, whichever that is', () => {
  fc.assert(
    fc.property(anyPlaces, ([records, places]) => {
      const ledger = ledgerOf(records, places);
      expect(unaccounted(ledger)).toEqual(emptyKeyTally);
      expect(isBalanced(ledger)).toBe(true);
    }),
  );
  expect(isBalanced(emptyLedger)).toBe(true);
});

test('a record that is nowhere, or in two places, is what does not add up', () => {
  fc.assert(
    fc.property(anyPlaces, anyTerm, anyDigest, ([records, places], term, key) => {
      const one = keysOf([[key, key]]);
      const ledger = ledgerOf(records, places);
      const lost = { ...ledger, submitted: addKeyTallies(ledger.submitted, one) };
      const doubled = { ...ledger, [term]: addKeyTallies(ledger[term], one) };
      expect(unaccounted(lost)).toEqual(one);
      expect(unaccounted(doubled)).toEqual(subtractKeyTally(emptyKeyTally, one));
      expect([isBalanced(lost), isBalanced(doubled)]).toEqual([false, false]);
    }),
  );
});

test('one record in the place of another is found, although the rows add up', () => {
  const anyTwo = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
    minLength: 2,
    maxLength: 2,
    selector: (key) => key.join(),
  });
  fc.assert(
    fc.property(anyTwo, anyTerm, ([submitted, found], term) => {
      if (submitted === undefined || found === undefined) throw new Error('two keys');
      const ledger = { ...emptyLedger, submitted: keysOf([[submitted, submitted]]), [term]: keysOf([[found, found]]) };
      expect(unaccounted(ledger).rows).toBe(0);
      expect(isBalanced(ledger)).toBe(false);
    }),
  );
});

test('a record may go from one place to another', () => {
  fc.assert(
    fc.property(anyPlaces, anyTerm, anyTerm, anyDigest, ([records, places], from, to, key) => {
      const one = keysOf([[key, key]]);
      const ledger = ledgerOf(records, places);
      const before = {
        ...ledger,
        submitted: addKeyTallies(ledger.submitted, one),
        [from]: addKeyTallies(ledger[from], one),
      };
      const left = { ...before, [from]: subtractKeyTally(before[from], one) };
      expect(isBalanced({ ...left, [to]: addKeyTallies(left[to], one) })).toBe(true);
    }),
  );
});

test('its rows are printed under every word, and no other', () => {
  fc.assert(
    fc.property(anyPlaces, ([records, places]) => {
      const rows = ledgerRows(ledgerOf(records, places));
      expect(Object.keys(rows)).toEqual(Object.keys(emptyLedger));
      expect(rows.submitted).toBe(records.length);
      expect(ledgerTerms.map((term) => rows[term])).toEqual(places.map((place) => place.length));
    }),
  );
});

function ledgerOf(records: Records, places: readonly Records[]): Ledger {
  const terms = ledgerTerms.map((term, at) => [term, keysOf(places[at] ?? [])]);
  return { submitted: keysOf(records), ...(Object.fromEntries(terms) as Omit<Ledger, 'submitted'>) };
}

function keysOf(records: Records): KeyTally {
  const { rows, keyHash } = tallyOf(records);
  return { rows, keyHash };
}
