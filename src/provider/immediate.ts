import type { RequestLine } from '../domain/facts.ts';
import { AlluviumError, invalid, notFound, providerError } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { gateVector } from '../format/vector-gate.ts';
import { customId, embeddingLine, encodeVector, refusalLine } from './batch-lines.ts';
import type { JobStatus, Provider, ProviderRequest } from './contract.ts';
import { throwIfCanceled, untilCanceled } from '../runtime/cancellation.ts';

/**
 * Providers that embed in this process, at once.
 *
 * 1. A job is its request: nothing is computed before the output is read, so that a batch of any size is streamed, and reading it
 *    twice gives the same bytes if the embedding does.
 * 2. Output and errors together answer every record once. An output that cannot be complete ends with an error instead.
 * 3. A record that carries its vector keeps it; it is not embedded.
 */

/** What becomes of texts: one vector for each, in their order. */
export type EmbedTexts = (
  texts: string[],
  options: { readonly signal: AbortSignal },
) => EmbeddedTexts | Promise<EmbeddedTexts>;

export type EmbeddedTexts = readonly (readonly number[])[] | readonly Float32Array[];

export interface ImmediateEmbedding {
  readonly name: string;
  readonly model: string;
  readonly dimension: number;
  /** Null where records must carry their vectors. */
  readonly embedTexts: EmbedTexts | null;
  /** The most texts that `embedTexts` gets at a time. */
  readonly textsPerCall: number;
}

export function immediateProvider(embedding: ImmediateEmbedding): Provider {
  assertEmbedding(embedding);
  const jobs = new Map<string, Job>();
  const { name, model, dimension } = embedding;
  return {
    name,
    model,
    dimension,
    createsJobs: false,
    async submit(request, { signal }) {
      throwIfCanceled(signal);
      remember(jobs, request);
      return { jobId: request.batchId };
    },
    async poll(jobId, { signal }): Promise<JobStatus> {
      throwIfCanceled(signal);
      const { lines } = findJob(jobs, jobId).request;
      const failed = lines.filter((line) => !isAnswerable(embedding, line)).length;
      return { state: 'finished', counts: { completed: lines.length - failed, failed } };
    },
    async *output(jobId, { signal }) {
      yield* outputPieces(embedding, findJob(jobs, jobId).request, signal);
    },
    async *errors(jobId, { signal }) {
      throwIfCanceled(signal);
      const job = findJob(jobs, jobId);
      yield* errorPieces(embedding, job.request);
      job.isAnswered = true;
    },
    async cancel(_jobId, { signal }) {
      throwIfCanceled(signal);
    },
    async embed(texts, { signal }) {
      return embedQueries(embedding, texts, signal);
    },
  };
}

function assertEmbedding({ name, model, dimension, textsPerCall }: ImmediateEmbedding): void {
  if (name === '' || model === '') throw invalid('provider-nameless', 'a provider and its model need names');
  assertWhole('dimension', dimension, limits.dimensionMax);
  assertWhole('textsPerCall', textsPerCall, limits.textsPerCallMax);
}

function assertWhole(setting: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw invalid('provider-setting', `${setting} must be a whole number from 1 to ${max}: ${value}`, {
    details: { setting, value },
  });
}

interface Job {
  readonly request: ProviderRequest;
  /** Whether its errors were read to their end, which come after its output. */
  isAnswered: boolean;
}

/** A slow job must not be forgotten for faster ones: of those under way many are kept, of those that were answered only the last. */
function remember(jobs: Map<string, Job>, request: ProviderRequest): void {
  jobs.delete(request.batchId);
  jobs.set(request.batchId, { request, isAnswered: false });
  const answered = [...jobs].filter(([, { isAnswered }]) => isAnswered);
  for (const [jobId] of answered.slice(0, -limits.answeredJobsMax)) jobs.delete(jobId);
  const [oldest] = jobs.keys();
  if (jobs.size > limits.immediateJobsMax && oldest !== undefined) jobs.delete(oldest);
}

function findJob(jobs: ReadonlyMap<string, Job>, jobId: string): Job {
  const job = jobs.get(jobId);
  if (job !== undefined) return job;
  throw notFound('job-unknown', `this process has no job ${jobId}`, {
    hint: 'submit the batch again: this provider keeps jobs only in memory, and creates none elsewhere',
    details: { jobId },
  });
}

function isAnswerable({ embedTexts }: ImmediateEmbedding, line: RequestLine): boolean {
  return line.vector !== undefined || (embedTexts !== null && line.document !== null);
}

async function* outputPieces(
  embedding: ImmediateEmbedding,
  { batchId, lines }: ProviderRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  throwIfCanceled(signal);
  const answerable = lines.filter((line) => isAnswerable(embedding, line));
  for (let start = 0; start < answerable.length; start += embedding.textsPerCall) {
    const group = answerable.slice(start, start + embedding.textsPerCall);
    const texts = group.flatMap((line) => (line.vector === undefined ? [line.document ?? ''] : []));
    const embedded = (await callEmbedding(embedding, texts, signal)).values();
    const answers = group.map((line) => {
      const vector = line.vector ?? encodeEmbedding(embedded.next().value);
      return embeddingLine(customId(batchId, line.n), embedding.model, vector);
    });
    yield Buffer.from(answers.join(''));
  }
}

function* errorPieces(embedding: ImmediateEmbedding, { batchId, lines }: ProviderRequest): Generator<Uint8Array> {
  const [code, message] =
    embedding.embedTexts === null
      ? ['no-vector', 'the record carries no vector']
      : ['no-document', 'the record has no document to embed'];
  for (const line of lines) {
    if (!isAnswerable(embedding, line)) yield Buffer.from(refusalLine(customId(batchId, line.n), code, message));
  }
}

async function embedQueries(
  embedding: ImmediateEmbedding,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  if (embedding.embedTexts === null) {
    throw invalid(
      'query-needs-vector',
      `provider ${embedding.name} cannot embed text: its vectors come with the records`,
      {
        hint: `query with a vector that was made by the model ${embedding.model}`,
      },
    );
  }
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += embedding.textsPerCall) {
    const group = texts.slice(start, start + embedding.textsPerCall);
    for (const embedded of await callEmbedding(embedding, group, signal)) {
      const verdict = gateVector(encodeEmbedding(embedded), embedding.dimension);
      if (!('vector' in verdict)) {
        throw providerError(
          verdict.code,
          `${embedding.name} has made a vector that cannot be used: ${verdict.message}`,
        );
      }
      vectors.push(verdict.vector);
    }
  }
  return vectors;
}

/** One embedding for each text. Whatever goes wrong is an error for all of them. */
async function callEmbedding(
  { name, embedTexts }: ImmediateEmbedding,
  texts: string[],
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
  throwIfCanceled(signal);
  if (embedTexts === null || texts.length === 0) return [];
  const options = { signal: signal ?? new AbortController().signal };
  const embedded: unknown = await untilCanceled(async () => embedTexts([...texts], options), signal).catch(
    (cause: unknown) => {
      throw cause instanceof AlluviumError ? cause : embeddingFailed(name, texts.length, cause);
    },
  );
  const vectors = Array.isArray(embedded) ? embedded.length : null;
  if (vectors === texts.length) return embedded as readonly unknown[];
  throw providerError(
    'wrong-vector-count',
    `${name} must return a list with a vector for each of ${texts.length} texts, but returned ${vectors ?? typeof embedded}`,
    { details: { provider: name, texts: texts.length, vectors } },
  );
}

function embeddingFailed(name: string, texts: number, cause: unknown): AlluviumError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return providerError(
    'embedding-failed',
    `the embedding function of ${name} has failed for a call with ${texts} texts`,
    {
      cause,
      details: { provider: name, texts, reason },
    },
  );
}

/** Base64 for whatever is a list of numbers. What is not goes on as it is: the gate names it. */
function encodeEmbedding(embedded: unknown): unknown {
  if (embedded instanceof Float32Array) return encodeVector(embedded);
  const isNumbers = Array.isArray(embedded) && embedded.every((value) => typeof value === 'number');
  return isNumbers ? encodeVector(Float32Array.from(embedded)) : (embedded ?? null);
}
