import { groupItems, rotateItems } from '../../domain/chunk-plan.ts';
import { corrupt, reportError, toAlluviumError } from '../../domain/errors.ts';
import type { PollItem } from '../../domain/facts.ts';
import { collectionKeys, executionKeys } from '../../domain/keys.ts';
import { isBalanced, unaccounted } from '../../domain/ledger.ts';
import { limits } from '../../domain/limits.ts';
import { type BatchState, pendingOf } from '../../ledger/batch-state.ts';
import { collectionNames, readCollection } from '../../ledger/read-collections.ts';
import { type CollectionAccount, readLedger } from '../../ledger/read-ledger.ts';
import { mapParallel } from '../../runtime/parallel.ts';
import type { Store } from '../../store/contract.ts';
import { createFact } from '../../store/facts.ts';
import { accuse, type CollectionWork, type PollWork, readInput } from '../execution-facts.ts';
import type { Step, StepContext, TaskInput } from '../task.ts';

export interface ListOutput {
  readonly items: readonly number[];
  readonly collections: readonly string[];
}

interface Listing extends CollectionWork {
  readonly pending: readonly BatchState[];
}

/** Finds every batch with rows on their way, and groups them into items. A collection that cannot be read is refused; the others go on. */
export const listPendingBatches: Step<ListOutput> = async (context, input) => {
  const { store, signal, report } = context;
  const { fact } = await readInput(store, input.executionId);
  const names = [...new Set(fact.collections ?? (await collectionNames(store, { signal })))];
  const listings = await mapParallel(names, limits.storeConcurrency, async (name) => list(context, input, name));

  const work: PollWork = {
    collections: listings.map(({ pending: _, ...listing }) => listing),
    items: pollItems(listings, input.executionId),
  };
  const key = executionKeys(input.executionId).work(0, 'PollBatch');
  const { stored } = await createFact<PollWork>(store, key, work, { signal });
  report({
    type: 'BatchesListed',
    batches: stored.fact.items.reduce((count, { batches }) => count + batches.length, 0),
    rows: listings.flatMap(({ pending }) => pending).reduce((rows, state) => rows + pendingOf(state).rows, 0),
  });
  return {
    items: [...stored.fact.items.keys()],
    collections: stored.fact.collections.filter(({ refused }) => refused === null).map(({ collection }) => collection),
  };
};

async function list(context: StepContext, { executionId }: TaskInput, collection: string): Promise<Listing> {
  const { store, signal } = context;
  try {
    await readCollection(store, collection, { signal });
    const account = await readLedger(store, collection, { signal });
    assertBalanced(account);
    await mendHints(store, account);
    for (const { entry, damage } of account.open) {
      if (damage === null) continue;
      const place = { collection, batchId: entry.batchId, part: null };
      await accuse(context, executionId, { ...place, id: entry.batchId, index: null }, damage);
    }
    const pending = account.open.filter((state) => state.damage === null && pendingOf(state).rows > 0);
    const baseVersion = account.manifest?.fact.version ?? 0;
    return { collection, baseVersion, batches: pending.length, refused: null, pending };
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt' && error.kind !== 'NotFound') throw error;
    return { collection, baseVersion: 0, batches: 0, refused: reportError(error), pending: [] };
  }
}

/** What does not balance is not built upon: a version that was lost would be written anew, without its rows. */
function assertBalanced({ collection, ledger, manifest, open }: CollectionAccount): void {
  // A batch whose facts are damaged is counted as pending, whatever of it is published.
  if (isBalanced(ledger) || open.some(({ damage }) => damage !== null)) return;
  const key = manifest?.ref.key ?? collectionKeys(collection).snapshots;
  const missing = unaccounted(ledger).rows;
  throw corrupt('ledger-imbalance', key, ledger.submitted.rows, ledger.submitted.rows - missing, {
    hint: 'run `alluvium audit`, which names what is missing',
  });
}

/** `pending/` is a hint: where a batch was missing from it, or a finished one still stands in it, it is put right. */
async function mendHints(
  store: Store,
  { collection, open, finished, hintsComplete }: CollectionAccount,
): Promise<void> {
  const keys = collectionKeys(collection);
  if (!hintsComplete) {
    await mapParallel(open, limits.storeConcurrency, async ({ entry }) =>
      store.put(keys.pending(entry.batchId), Buffer.alloc(0)),
    );
  }
  await store.deleteMany(finished.map((batchId) => keys.pending(batchId)));
}

function pollItems(listings: readonly Listing[], executionId: string): PollItem[] {
  const all = listings.flatMap(({ collection, pending }) => pending.map((state) => ({ collection, state })));
  const chosen =
    all.length <= limits.batchesPerExecutionMax
      ? all
      : rotateItems(all, executionId).slice(0, limits.batchesPerExecutionMax);
  const byCollection = Map.groupBy(chosen, ({ collection }) => collection);
  const groupsMax = Math.max(1, limits.mapItemsMax - byCollection.size);
  return [...byCollection].flatMap(([collection, entries]) =>
    groupItems(entries, Math.max(1, Math.ceil((groupsMax * entries.length) / chosen.length))).map((group) => ({
      collection,
      batches: group.map(({ state }) => ({ batchId: state.entry.batchId, submission: state.submission.ref })),
    })),
  );
}
