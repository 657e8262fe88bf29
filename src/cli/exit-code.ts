import { errorPolicies } from '../domain/errors.ts';

/** The exit code of a check: `verify` found damage, `audit` found that the account does not balance. */
export function checkExitCode(passed: boolean): number {
  return passed ? 0 : errorPolicies.Corrupt.exitCode;
}
