import { errorPolicies } from '../domain/errors.ts';
import type { Outcome } from '../domain/facts.ts';

/** The exit code of an `ingest` that came to an end. One that threw has that of its error's kind: `errorPolicies`. */
export const outcomeExitCodes: Readonly<Record<Outcome, number>> = {
  Complete: 0,
  CompleteWithQuarantine: 3,
  Failed: 4,
  Inconclusive: 5,
};

/** The exit code of a check: `verify` found damage, `audit` found that the account does not balance. */
export function checkExitCode(passed: boolean): number {
  return passed ? 0 : errorPolicies.Corrupt.exitCode;
}
