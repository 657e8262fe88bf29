import { idHash } from '../domain/digest.ts';
import { limits } from '../domain/limits.ts';
import type { RecordVersion } from '../domain/version.ts';
import { decodeContents } from '../format/contents.ts';
import { readSubmissions, type SubmittedBatch, submittedBatches } from '../ledger/read-submissions.ts';
import { readRequest } from '../poll/read-request.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamed } from '../store/facts.ts';

/** A record version as it was handed in. */
export interface HandIn extends RecordVersion {
  readonly batch: SubmittedBatch;
  /** 0-based position in its batch's request. */
  readonly n: number;
}

/** Every time an id was handed in to a collection and not skipped, oldest first. Reads the sidecar of every batch. */
export async function findHandIns(
  store: Store,
  collection: string,
  id: string,
  options?: RequestOptions,
): Promise<HandIn[]> {
  const batches = submittedBatches(await readSubmissions(store, collection, options));
  const found = await mapParallel(batches, limits.storeConcurrency, async (batch) =>
    (await mayHold(store, batch, id, options)) ? await handInsOf(store, batch, id, options) : [],
  );
  return found.flat();
}

async function mayHold(
  store: Store,
  { entry: { contents } }: SubmittedBatch,
  id: string,
  options?: RequestOptions,
): Promise<boolean> {
  const hash = idHash(id);
  const entries = decodeContents(contents.key, await readNamed(store, contents, options));
  return entries.some((entry) => Buffer.compare(entry.idHash, hash) === 0);
}

async function handInsOf(store: Store, batch: SubmittedBatch, id: string, options?: RequestOptions): Promise<HandIn[]> {
  const lines = await readRequest(store, batch, options);
  const { sequence } = batch.submission.fact;
  return lines.filter((line) => line.id === id).map(({ n, line }) => ({ batch, n, sequence, line }));
}
