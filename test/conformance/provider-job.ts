import { sha256, vectorBytes } from '../../src/domain/digest.ts';
import type { RequestLine } from '../../src/domain/facts.ts';
import { type Answers, readAnswers } from '../../src/provider/answers.ts';
import type { JobStatus, Provider } from '../../src/provider/contract.ts';
import { sleep } from '../../src/runtime/clock.ts';
import { newId } from '../../src/runtime/random.ts';

/** How the suite gets at the provider under test. */
export interface ProviderUnderTest {
  /** Called once a test. */
  readonly open: () => Provider | Promise<Provider>;
  /** Called after each test with its provider. */
  readonly close?: (provider: Provider) => Promise<void>;
  /** What the records bring: texts to be embedded (the default), or their vectors. */
  readonly records?: 'documents' | 'vectors';
  /** False where it cannot embed a query. Default: true, unless the records bring their vectors. */
  readonly queries?: boolean;
  /** False where a query's vector need not be of length 1. */
  readonly unitVectors?: boolean;
  /** Between two polls of a job that is still running. */
  readonly pollMs?: number;
}

const pollsMax = 1_000;

export interface FinishedJob {
  readonly batchId: string;
  readonly jobId: string;
  readonly status: JobStatus;
  readonly answers: () => Promise<Answers>;
  /** The `custom_id` of every line of both files, in the order of records. */
  readonly customIds: () => Promise<string[]>;
}

/** Submits the texts and polls until the job has finished. */
export async function finishJob(
  provider: Provider,
  subject: ProviderUnderTest,
  texts: readonly string[],
): Promise<FinishedJob> {
  const { batchId, lines } = requestOf(provider, subject, texts);
  const { jobId } = await provider.submit({ batchId, lines }, {});
  const status = await pollUntilFinished(provider, jobId, subject.pollMs ?? 10);
  const files = () => ({ output: provider.output(jobId, {}), errors: provider.errors(jobId, {}) });
  const answers = async (): Promise<Answers> =>
    readAnswers({
      batchId,
      lines,
      ...files(),
      dimension: provider.dimension,
      digestOf: (_, vector) => sha256(vectorBytes(vector)),
    });
  const customIds = async (): Promise<string[]> => {
    const text = (await textOf(files().output)) + (await textOf(files().errors));
    const found = [...text.matchAll(/"custom_id": ?"(?<id>[^"]+)"/g)].map((match) => match.groups?.['id'] ?? '');
    return found.toSorted((a, b) => Number(a.slice(batchId.length + 1)) - Number(b.slice(batchId.length + 1)));
  };
  return { batchId, jobId, status, answers, customIds };
}

/** A request of its own batch. */
export function requestOf(provider: Provider, { records = 'documents' }: ProviderUnderTest, texts: readonly string[]) {
  const lines = texts.map((document, n): RequestLine => {
    const line = { n, line: n + 1, id: `record ${n}`, document, metadata: null };
    if (records === 'documents') return line;
    const vector = Float32Array.from({ length: provider.dimension }, (_, at) => n + at + 1);
    return { ...line, vector: Buffer.from(vectorBytes(vector)).toString('base64') };
  });
  return { batchId: newId(), lines };
}

async function pollUntilFinished(provider: Provider, jobId: string, pollMs: number): Promise<JobStatus> {
  for (let polls = 0; polls < pollsMax; polls++) {
    const status = await provider.poll(jobId, {});
    if (status.state === 'failed') throw new Error(`the job has failed: ${status.message}`);
    if (status.state === 'finished') return status;
    await sleep(pollMs);
  }
  throw new Error(`the job was still running after ${pollsMax} polls`);
}

export async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read).toString();
}
