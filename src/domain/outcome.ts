import type { Outcome } from './facts.ts';

/** The process exit code of an execution. */
export const outcomeExitCodes: Readonly<Record<Outcome, number>> = {
  Complete: 0,
  CompleteWithQuarantine: 3,
  Failed: 4,
  Inconclusive: 5,
};

const fromWorst: readonly Outcome[] = ['Failed', 'Inconclusive', 'CompleteWithQuarantine', 'Complete'];

/** An execution's outcome is the worst of its collections'; with nothing to do it is `Complete`. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  return fromWorst.find((outcome) => outcomes.includes(outcome)) ?? 'Complete';
}
