import type { FailureFact } from '../../domain/facts.ts';
import { executionKeys } from '../../domain/keys.ts';
import { createFact } from '../../store/facts.ts';
import { caughtReport, type Step } from '../task.ts';

/** Keeps why an item ended without a result; the Map goes on. */
export const recordFailure: Step<{ readonly recorded: boolean }> = async ({ store, signal }, input) => {
  const { executionId, round, state, item, error = { Error: 'unknown', Cause: '' } } = input;
  const body: FailureFact = { state, item, error: caughtReport(error) };
  const { created } = await createFact(store, executionKeys(executionId).failure(round, state, item), body, { signal });
  return { recorded: created };
};
