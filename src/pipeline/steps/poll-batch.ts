import { type AlluviumError, errorPolicies, internal, toAlluviumError } from '../../domain/errors.ts';
import type { Stored } from '../../domain/fact.ts';
import type { CollectionFact, PollBatch, PollItem, SubmissionFact, WorkList } from '../../domain/facts.ts';
import { executionKeys } from '../../domain/keys.ts';
import { readCollection } from '../../ledger/read-collections.ts';
import type { SubmittedBatch } from '../../ledger/read-submissions.ts';
import { pollBatch } from '../../poll/poll-batch.ts';
import { providerFor } from '../../provider/registry.ts';
import { readNamedFact, requireFact } from '../../store/facts.ts';
import { accuse } from '../execution-facts.ts';
import { logOf, type Step, type StepContext, type TaskInput } from '../task.ts';

export interface PollOutput {
  readonly outcome: 'BatchesSealed' | 'BatchesWaiting';
  readonly sealed: number;
  /** Batches that the provider is not done with. */
  readonly waiting: number;
}

/** Brings the batches of one item home. One that fails does not keep the others; a damaged one is set aside. */
export const pollBatchStep: Step<PollOutput> = async (context, input) => {
  const key = executionKeys(input.executionId).work(0, 'PollBatch');
  const { fact } = await requireFact<WorkList<PollItem>>(context.store, key, context);
  const item = fact.items[input.item];
  if (item === undefined)
    throw internal('item-unknown', `a task was started for an item that is not in the work list: ${input.item}`);
  const collection = (await readCollection(context.store, item.collection, context)).fact;

  const findBatch = batchFinder(context);
  const errors: AlluviumError[] = [];
  let sealed = 0;
  for (const batch of item.batches) {
    try {
      sealed += (await poll(context, input, collection, await findBatch(batch))) ? 1 : 0;
    } catch (thrown) {
      const error = toAlluviumError(thrown);
      if (error.kind === 'Canceled') throw error;
      if (error.kind === 'Corrupt') await setAside(context, input, item.collection, batch, error);
      else errors.push(error);
    }
  }
  const worst = errors.find(({ kind }) => errorPolicies[kind].retry) ?? errors[0];
  if (worst !== undefined) throw worst;
  const waiting = item.batches.length - sealed;
  return { outcome: waiting === 0 ? 'BatchesSealed' : 'BatchesWaiting', sealed, waiting };
};

async function poll(
  context: StepContext,
  { executionId }: TaskInput,
  collection: CollectionFact,
  batch: SubmittedBatch,
): Promise<boolean> {
  const { store, providers, signal, report } = context;
  const provider = providerFor({ ...collection, provider: batch.entry.provider }, providers);
  const sealed = await pollBatch({ store, executionId, collection, batch, provider, signal, log: logOf(context) });
  if (sealed === null) return false;
  const { deltas, residueTally } = sealed.fact;
  report({
    type: 'BatchSealed',
    collection: collection.collection,
    batchId: batch.entry.batchId,
    rows: deltas.reduce((rows, { tally }) => rows + tally.rows, 0),
    residue: residueTally.rows,
  });
  return true;
}

/** Finds batches in their submissions. Neighbours are of the same one, which is as long as its hand-in: it is read once. */
function batchFinder({ store, signal }: Pick<StepContext, 'store' | 'signal'>) {
  let submission: Stored<SubmissionFact> | null = null;
  return async ({ batchId, submission: ref }: PollBatch): Promise<SubmittedBatch> => {
    if (submission?.ref.sha256 !== ref.sha256) submission = await readNamedFact(store, ref, { signal });
    const entry = submission.fact.batches.find((candidate) => candidate.batchId === batchId);
    if (entry !== undefined) return { entry, submission };
    throw internal('batch-unknown', `a work list names a batch that its submission does not: ${batchId}`);
  };
}

async function setAside(
  context: StepContext,
  { executionId }: TaskInput,
  collection: string,
  { batchId }: PollBatch,
  error: AlluviumError,
): Promise<void> {
  await accuse(context, executionId, { collection, batchId, part: null, id: batchId, index: null }, error);
}
