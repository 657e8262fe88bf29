import type { RequestLine } from '../domain/facts.ts';

/**
 * An embedding provider: turns a batch's request into output and error files in the format of OpenAI's Batch API
 * (https://platform.openai.com/docs/api-reference/batch/request-output). `test/conformance/provider.ts` checks an implementation.
 *
 * Nothing of what a provider returns is trusted: the files are kept as they came (escrow), then parsed behind the vector gate.
 */
export interface Provider {
  /** Stands in `collection.json` and in every batch: `local`, `given`, … */
  readonly name: string;
  readonly model: string;
  readonly dimension: number;

  /**
   * Whether `submit` creates a job elsewhere that outlives this process, so that it must never be repeated unasked. One that does not is
   * simply run again.
   */
  readonly createsJobs: boolean;

  submit(request: ProviderRequest, options: ProviderOptions): Promise<{ readonly jobId: string }>;

  /**
   * The job of a batch that may have been submitted before, by whatever process; null where there surely is none. Begins nothing. A provider
   * whose jobs end with their process leaves it out.
   */
  find?(request: ProviderRequest, options: ProviderOptions): Promise<{ readonly jobId: string } | null>;

  poll(jobId: string, options: ProviderOptions): Promise<JobStatus>;

  /** The output file of a finished job: JSON lines, in any order. */
  output(jobId: string, options: ProviderOptions): AsyncIterable<Uint8Array>;

  /** The error file of a finished job; empty where there is none. */
  errors(jobId: string, options: ProviderOptions): AsyncIterable<Uint8Array>;

  /** Ends a job. What it has produced so far stays available. Unknown or finished jobs are no error. */
  cancel(jobId: string, options: ProviderOptions): Promise<void>;

  /** Vectors for query texts, in their order. `Invalid` where the provider cannot embed text (`given`). */
  embed(texts: readonly string[], options: ProviderOptions): Promise<Float32Array[]>;
}

export interface ProviderRequest {
  readonly batchId: string;
  readonly lines: readonly RequestLine[];
  /** The folder that the hand-in named for requests and answers, an absolute path. Only `files` has one. */
  readonly folder?: string | undefined;
}

export interface ProviderOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface JobStatus {
  readonly state: 'running' | 'finished' | 'failed';
  /** What the provider says is in the files; null where it does not say. */
  readonly counts: { readonly completed: number; readonly failed: number } | null;
  /** Why it failed. */
  readonly message?: string;
}
