import { keyDigest, type Digest } from '../domain/digest.ts';
import { AlluviumError, conflict } from '../domain/errors.ts';
import type { ObjectRef, Stored } from '../domain/fact.ts';
import type { BatchEntry, SubmissionFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { addKeyTallies, emptyKeyTally, KeyTallier } from '../domain/tally.ts';
import { decodeContents } from '../format/contents.ts';
import { timestamp } from '../runtime/clock.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { createFact, readNamed } from '../store/facts.ts';
import type { WrittenBatch } from './batch-writer.ts';

/** What a hand-in decided on, and the newest submission it had seen when it did. */
export interface HandIn {
  readonly collection: string;
  readonly collectionRef: ObjectRef;
  readonly batches: readonly WrittenBatch[];
  readonly skipped: number;
  readonly seen: Stored<SubmissionFact> | null;
  /** The content with which an id was skipped, or null where it was not. */
  readonly skippedContent: (idHash: Digest) => Digest | null;
}

/**
 * Takes the next free number with `ifAbsent`: that is the hand-in.
 *
 * 1. Who loses the number checks the winner: where it changed a record that we skipped as unchanged, skipping it was wrong.
 * 2. Key hashes depend on the number, and are made anew for each.
 */
export async function commitSubmission(
  store: Store,
  handIn: HandIn,
  options?: RequestOptions,
): Promise<Stored<SubmissionFact>> {
  let predecessor = handIn.seen;
  for (let attempt = 0; attempt < limits.submitAttemptsMax; attempt++) {
    const body = submissionBody(handIn, predecessor);
    const key = collectionKeys(handIn.collection).submission(body.sequence);
    const { stored, created } = await createFact<SubmissionFact>(store, key, body, options);
    if (created) return stored;
    await assertSkipsHold(store, handIn, stored.fact, options);
    predecessor = stored;
  }
  throw conflict(
    'submit-contended',
    `other hand-ins were faster ${limits.submitAttemptsMax} times: ${handIn.collection}`,
    {
      hint: 'submit again',
    },
  );
}

function submissionBody(handIn: HandIn, predecessor: Stored<SubmissionFact> | null): SubmissionFact {
  const sequence = (predecessor?.fact.sequence ?? 0) + 1;
  const batches = handIn.batches.map((batch) => batchEntry(batch, sequence));
  const tally = addKeyTallies(...batches);
  return {
    kind: 'records',
    sequence,
    submittedAt: timestamp(),
    predecessor: predecessor?.ref ?? null,
    collection: handIn.collectionRef,
    skipped: handIn.skipped,
    batches,
    ...tally,
    total: addKeyTallies(predecessor?.fact.total ?? emptyKeyTally, tally),
  };
}

function batchEntry({ members, ...batch }: WrittenBatch, sequence: number): BatchEntry {
  const tallier = new KeyTallier();
  for (const { idHash, line } of members) tallier.add(keyDigest(idHash, sequence, line));
  return { ...batch, ...tallier.tally() };
}

async function assertSkipsHold(
  store: Store,
  { collection, skippedContent }: HandIn,
  winner: SubmissionFact,
  options?: RequestOptions,
): Promise<void> {
  for (const { contents } of winner.batches) {
    for (const { idHash, content } of decodeContents(contents.key, await readNamed(store, contents, options))) {
      const skippedWith = skippedContent(idHash);
      if (skippedWith !== null && Buffer.compare(skippedWith, content) !== 0)
        throw overtaken(collection, winner.sequence);
    }
  }
}

function overtaken(collection: string, sequence: number): AlluviumError {
  return conflict('submit-overtaken', `submission ${sequence} changed records that this hand-in skipped as unchanged`, {
    hint: 'nothing was submitted; submit again',
    details: { collection, sequence },
  });
}
