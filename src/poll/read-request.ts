import { corrupt } from '../domain/errors.ts';
import type { RequestLine } from '../domain/facts.ts';
import type { SubmittedBatch } from '../ledger/read-submissions.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamed } from '../store/facts.ts';

/** The lines of a batch's request, in their order: the very bytes that the submission names. */
export async function readRequest(
  store: Store,
  { entry }: SubmittedBatch,
  options?: RequestOptions,
): Promise<RequestLine[]> {
  const text = Buffer.from(await readNamed(store, entry.request, options)).toString();
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RequestLine);
  if (lines.length !== entry.rows) throw corrupt('request-rows', entry.request.key, entry.rows, lines.length);
  return lines;
}
