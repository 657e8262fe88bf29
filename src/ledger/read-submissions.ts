import { corrupt } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { BatchEntry, SubmissionFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { missing, requireFact } from '../store/facts.ts';

/** A batch, and the submission that names it. */
export interface SubmittedBatch {
  readonly entry: BatchEntry;
  readonly submission: Stored<SubmissionFact>;
}

/** Every submission of a collection in order. Refused where the chain of predecessors is broken. */
export async function readSubmissions(
  store: Store,
  collection: string,
  options?: RequestOptions,
): Promise<Stored<SubmissionFact>[]> {
  const keys = await submissionKeys(store, collection, options);
  const submissions = await mapParallel(keys, limits.storeConcurrency, async (key) =>
    requireFact<SubmissionFact>(store, key, options),
  );
  for (const [position, submission] of submissions.entries()) {
    assertFollows(collection, submission, submissions[position - 1], position + 1);
  }
  return submissions;
}

/** Numbers are gapless: one that was taken while the list was made may be missing from the list, though a later one is not. */
async function submissionKeys(store: Store, collection: string, options?: RequestOptions): Promise<string[]> {
  const { submissions, submission } = collectionKeys(collection);
  const keys: string[] = [];
  for await (const { key } of store.list(submissions, options)) {
    for (let next = submission(1 + keys.length); next < key; next = submission(1 + keys.length)) {
      if ((await store.head(next, options)) === null) throw missing(next);
      keys.push(next);
    }
    keys.push(key);
  }
  return keys;
}

export function submittedBatches(submissions: readonly Stored<SubmissionFact>[]): SubmittedBatch[] {
  return submissions.flatMap((submission) => submission.fact.batches.map((entry) => ({ entry, submission })));
}

function assertFollows(
  collection: string,
  { fact, ref }: Stored<SubmissionFact>,
  before: Stored<SubmissionFact> | undefined,
  sequence: number,
): void {
  if (fact.sequence !== sequence) throw missing(collectionKeys(collection).submission(sequence));
  const expected = before?.ref.sha256 ?? null;
  const stated = fact.predecessor?.sha256 ?? null;
  if (stated !== expected) {
    throw corrupt('chain-broken', before?.ref.key ?? ref.key, stated ?? 'no predecessor', expected ?? 'none');
  }
}
