import type { TaskReceipt } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { createFact, findFact } from '../store/facts.ts';
import { conclude } from './steps/conclude.ts';
import { listPendingBatches } from './steps/list-pending-batches.ts';
import { markCollection } from './steps/mark-collection.ts';
import { pollBatchStep } from './steps/poll-batch.ts';
import { processChunk } from './steps/process-chunk.ts';
import { publishCollection } from './steps/publish-collection.ts';
import { recordFailure } from './steps/record-failure.ts';
import { reviewRound } from './steps/review-round.ts';
import { splitIntoChunks } from './steps/split-into-chunks.ts';
import type { Step, StepContext, StepName, TaskInput } from './task.ts';

const steps: Readonly<Record<StepName, Step<object>>> = {
  ListPendingBatches: listPendingBatches,
  PollBatch: pollBatchStep,
  SplitIntoChunks: splitIntoChunks,
  ProcessChunk: processChunk,
  PublishCollection: publishCollection,
  MarkCollection: markCollection,
  ReviewRound: reviewRound,
  Conclude: conclude,
  RecordFailure: recordFailure,
};

/** Steps whose result is a fact of its own, put with `ifAbsent`: a failure, the outcome. They need no receipt besides. */
const leavesOwnFact: ReadonlySet<StepName> = new Set(['RecordFailure', 'Conclude']);

/**
 * Runs a step once for its execution: its receipt decides between two runs of the same task. A task that has one is not run again.
 */
export async function runTask(context: StepContext, name: StepName, input: TaskInput): Promise<object> {
  if (leavesOwnFact.has(name)) return await steps[name](context, input);
  const { store, signal } = context;
  const key = executionKeys(input.executionId).receipt(input.round, name, input.item);
  const standing = await findFact<TaskReceipt<object>>(store, key, { signal });
  if (standing !== null) return standing.fact.output;
  const output = await steps[name](context, input);
  const { stored } = await createFact<TaskReceipt<object>>(store, key, { output }, { signal });
  return stored.fact.output;
}
