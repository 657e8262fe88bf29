import { limits } from '../../domain/limits.ts';
import { findOutput, type PublishOutput, readPollWork } from '../execution-facts.ts';
import type { Step } from '../task.ts';

export interface ReviewOutput {
  /** Whether deltas were returned because another publisher had part of their segment. */
  readonly again: boolean;
  /** The next round, if there is one. */
  readonly round: number;
}

/** Whether another round is needed. Each lost round means that somebody else published, so this ends. */
export const reviewRound: Step<ReviewOutput> = async ({ store }, { executionId, round }) => {
  const { collections } = await readPollWork(store, executionId);
  const accepted = collections.filter(({ refused }) => refused === null);
  const outputs = await Promise.all(
    accepted.map(async (_, item) =>
      findOutput<PublishOutput>(store, { executionId, round, item }, 'PublishCollection'),
    ),
  );
  const returned = outputs.reduce((count, output) => count + (output?.returned ?? 0), 0);
  return { again: returned > 0 && round < limits.lostRoundsMax, round: round + 1 };
};
