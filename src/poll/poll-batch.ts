import { idHash, keyDigest, rowDigest, sha256Hex } from '../domain/digest.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { providerError, unavailable } from '../domain/errors.ts';
import type { ObjectRef, Stored } from '../domain/fact.ts';
import type {
  CancelledFact,
  CollectionFact,
  DeltaSeal,
  RequestLine,
  ResidueFact,
  SealedFact,
} from '../domain/facts.ts';
import { collectionKeys, keyStem } from '../domain/keys.ts';
import { type Log, silent } from '../domain/log.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { KeyTallier } from '../domain/tally.ts';
import type { SubmittedBatch } from '../ledger/read-submissions.ts';
import { type Answers, readAnswers } from '../provider/answers.ts';
import type { Provider } from '../provider/contract.ts';
import { timestamp } from '../runtime/clock.ts';
import { newId } from '../runtime/random.ts';
import { sealMessages } from '../seal/messages.ts';
import { sealRows } from '../seal/seal-rows.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact } from '../store/facts.ts';
import { answerRows, type AskedRecord, askedRecords, splitParts } from './answer-rows.ts';
import { endJob } from './end-job.ts';
import { type AnswerFiles, type Escrow, withEscrow } from './keep-escrow.ts';
import { readRequest } from './read-request.ts';

/** What is needed to bring one batch home. */
export interface PollTarget {
  readonly store: Store;
  readonly executionId: string;
  readonly collection: CollectionFact;
  readonly batch: SubmittedBatch;
  readonly provider: Provider;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

/**
 * Brings a batch from its provider into sealed deltas. Null while the provider is not done, and for a batch that was cancelled before it began.
 *
 * 1. Escrow, then deltas, then `residue/`, then `sealed.json`, which alone decides: it names all of one and the same parse.
 * 2. Whoever puts `sealed.json` second adopts the first; nothing names the deltas of the second.
 * 3. A batch that was cancelled is never submitted. What its provider has of it by now is sealed; see {@link CancelledFact}.
 */
export async function pollBatch(target: PollTarget): Promise<Stored<SealedFact> | null> {
  const { store, signal } = target;
  const keys = batchKeys(target);
  const standing = await findFact<SealedFact>(store, keys.sealed, { signal });
  if (standing !== null) return standing;

  const cancelled = await findFact<CancelledFact>(store, keys.cancelled, { signal });
  if (cancelled?.fact.awaited === false) return null;
  const lines = await readRequest(store, target.batch, { signal });
  const asked = askedRecords(lines, target.batch.submission.fact.sequence, target.collection);
  const files = await finishedFiles(target, lines, cancelled !== null);
  if (files === null) return null;
  return withEscrow(store, files, keys, async (escrow) => sealBatch(target, { lines, asked, cancelled }, escrow), {
    signal,
  });
}

/** What a provider was asked for. */
interface AskedBatch {
  readonly lines: readonly RequestLine[];
  readonly asked: readonly AskedRecord[];
  readonly cancelled: Stored<CancelledFact> | null;
}

/** Parses what came back, and seals it. */
async function sealBatch(
  target: PollTarget,
  { lines, asked, cancelled }: AskedBatch,
  escrow: Escrow,
): Promise<Stored<SealedFact>> {
  const { store, batch, collection, signal } = target;
  const parse = async (): Promise<Answers> =>
    readAnswers({
      ...escrow.read(),
      batchId: batch.entry.batchId,
      lines,
      dimension: collection.dimension,
      digestOf: (n, vector) => rowDigest(must(asked[n]).content, vector),
    });
  const answers = await parse();
  const deltas = await sealDeltas(target, asked, answers, parse);
  const residue = await keepResidue(target, answers);
  const { stored } = await createFact<SealedFact>(
    store,
    batchKeys(target).sealed,
    {
      batchId: batch.entry.batchId,
      executionId: target.executionId,
      submission: batch.submission.ref,
      provider: batch.entry.provider,
      attempt: null,
      output: escrow.output === null ? [] : [escrow.output],
      errors: escrow.errors === null ? [] : [escrow.errors],
      deltas,
      residue,
      residueTally: residueTally(answers, batch.submission.fact.sequence),
      ...(cancelled === null ? {} : { cancelled: cancelled.ref }),
      sealedAt: timestamp(),
    },
    { signal },
  );
  return stored;
}

/** Null while the provider is not done. Of a cancelled batch that it does not know, or has failed, nothing comes back. */
async function finishedFiles(
  { provider, batch, signal }: PollTarget,
  lines: readonly RequestLine[],
  isCancelled: boolean,
): Promise<AnswerFiles | null> {
  const { batchId, folder } = batch.entry;
  const request = { batchId, lines, folder };
  const job = isCancelled ? await endJob(provider, request, signal) : await provider.submit(request, { signal });
  if (job === null) return noAnswers();
  const status = await provider.poll(job.jobId, { signal });
  if (status.state === 'failed' && isCancelled) return noAnswers();
  if (status.state === 'failed') {
    throw providerError('job-failed', `the provider failed the batch: ${status.message ?? 'it does not say why'}`, {
      details: { batchId, provider: provider.name },
    });
  }
  if (status.state !== 'finished') return null;
  return { output: provider.output(job.jobId, { signal }), errors: provider.errors(job.jobId, { signal }) };
}

function noAnswers(): AnswerFiles {
  return { output: nothing(), errors: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

async function sealDeltas(
  target: PollTarget,
  asked: readonly AskedRecord[],
  answers: Answers,
  parseAgain: () => Promise<Answers>,
): Promise<DeltaSeal[]> {
  const { store, collection, batch, signal, log = silent } = target;
  const parts = ({ vectors }: Answers): Row[][] =>
    splitParts(answerRows(asked, vectors), collection.dimension, limits.deltaBytesMax);
  const seals: DeltaSeal[] = [];
  for (const [part, rows] of parts(answers).entries()) {
    const sealed = await sealRows(store, {
      newKey: () => collectionKeys(collection.collection).delta(newId()),
      rows: (attempt) => (attempt === 0 ? rows : again(async () => parts(await parseAgain())[part])),
      dimension: collection.dimension,
      signal,
      log,
    });
    log('info', 'seal', sealMessages.sealed, { batchId: batch.entry.batchId, deltaKey: sealed.object.key });
    seals.push({ deltaId: keyStem(sealed.object.key), part, ...sealed });
  }
  return seals;
}

/** Rows built anew from escrow: what a retry seals instead of the buffer that may be damaged. */
async function* again(build: () => Promise<Row[] | undefined>): AsyncGenerator<Row> {
  const rows = await build();
  if (rows === undefined)
    throw unavailable('escrow-differs', 'the escrow of a batch gave fewer rows when it was parsed again');
  yield* rows;
}

async function keepResidue(target: PollTarget, { residue, strays }: Answers): Promise<ObjectRef | null> {
  if (residue.length === 0 && strays.length === 0) return null;
  const body: ResidueFact = { batchId: target.batch.entry.batchId, rows: residue, strays };
  const key = batchKeys(target).residue(sha256Hex(canonicalJson(body)));
  const { stored } = await createFact<ResidueFact>(target.store, key, body, { signal: target.signal });
  return stored.ref;
}

function residueTally({ residue }: Answers, sequence: number) {
  const tallier = new KeyTallier();
  for (const { id, line } of residue) tallier.add(keyDigest(idHash(id), sequence, line));
  return tallier.tally();
}

function batchKeys({ collection, batch }: PollTarget) {
  return collectionKeys(collection.collection).batch(batch.entry.batchId);
}
