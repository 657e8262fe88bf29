import type { FailureFact } from '../../domain/facts.ts';
import { executionKeys } from '../../domain/keys.ts';
import { createFact } from '../../store/facts.ts';
import { caughtReport, type Step, type StepName } from '../task.ts';

export interface RecordOutput {
  readonly outcome: string;
}

/** What an item's failure is called in the history. */
const failureOutcomes: Partial<Record<StepName, string>> = {
  PollBatch: 'PollFailed',
  ProcessChunk: 'ChunkFailed',
  PublishCollection: 'PublishFailed',
  MarkCollection: 'MarkFailed',
};

/** Keeps why an item ended without a result; the Map goes on. */
export const recordFailure: Step<RecordOutput> = async ({ store, signal }, input) => {
  const { executionId, round, state, item, error = { Error: 'unknown', Cause: '' } } = input;
  const body: FailureFact = { state, item, error: caughtReport(error) };
  await createFact(store, executionKeys(executionId).failure(round, state, item), body, { signal });
  return { outcome: failureOutcomes[state] ?? 'ItemFailed' };
};
