// Catches an execution that reports success although a collection of it has failed.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shuffled } from '../../test/any-tally.ts';
import type { Outcome } from './facts.ts';
import { outcomeExitCodes, worstOutcome } from './outcome.ts';

/** Worst first, with the exit codes of the documentation. */
const documented = [
  ['Failed', 4],
  ['Inconclusive', 5],
  ['CompleteWithQuarantine', 3],
  ['Complete', 0],
] as const satisfies readonly (readonly [Outcome, number])[];
const fromWorst = documented.map(([outcome]) => outcome);

test('the exit codes are the documented ones', () => {
  expect(outcomeExitCodes).toEqual(Object.fromEntries(documented));
});

test('the worst decides, in whatever order and however often each is there', () => {
  const anyOutcomes = fc.array(fc.constantFrom(...fromWorst), { minLength: 1 });
  fc.assert(
    fc.property(
      anyOutcomes.chain((outcomes) => fc.tuple(fc.constant(outcomes), shuffled(outcomes))),
      ([outcomes, others]) => {
        const worst = fromWorst[Math.min(...outcomes.map((outcome) => fromWorst.indexOf(outcome)))];
        expect(worstOutcome(outcomes)).toBe(worst);
        expect(worstOutcome([...others, ...outcomes])).toBe(worst);
      },
    ),
  );
  expect(worstOutcome([])).toBe('Complete');
});
