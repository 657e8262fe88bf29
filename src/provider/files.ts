import { isAbsolute } from 'node:path';
import { invalid, notFound } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import { timestamp } from '../runtime/clock.ts';
import { type AnswerFolder, answerFolderAt, type Stillness } from './answer-folder.ts';
import type { Provider, ProviderRequest } from './contract.ts';
import { removeRequestFile, requestFileExists, requestPath, writeRequestFile } from './request-file.ts';

/** The provider name of collections and batches that are embedded by way of files. */
export const filesName = 'files';

export interface FilesOptions {
  /** Stands in every request. */
  readonly model: string;
  readonly dimension: number;
  /** The folder of batches that do not name one. */
  readonly folder?: string | undefined;
  /** How long a file must not have changed to be taken for finished. */
  readonly settleMs?: number | undefined;
  /** The current time, as facts state it. */
  readonly now?: (() => string) | undefined;
}

interface Job {
  readonly folder: AnswerFolder;
  readonly batchId: string;
  readonly records: number;
  /** Whether nothing more is waited for. */
  readonly isEnded: boolean;
}

/**
 * Embeds nothing: writes a request file for each batch into a folder, and takes what somebody puts there as answers, in the format of
 * OpenAI's Batch API.
 *
 * 1. A job is its batch. `submit` writes the request file only where nobody in the folder has the request or an answer, so that it may
 *    be repeated at any time, and mends a hand-in that was cut off.
 * 2. Which records are answered is for the lines to say, not for files or their names; see {@link AnswerFolder}.
 * 3. Answers and errors come in one stream, whichever file they were in: `errors` is empty.
 * 4. A job that was cancelled is finished with what lies in the folder, and its request file is taken away, so that nobody begins it.
 */
export function filesProvider(options: FilesOptions): Provider {
  const { model, dimension, settleMs = limits.settleMs, now = timestamp } = options;
  const jobs = new Map<string, Job>();
  return {
    name: filesName,
    model,
    dimension,
    createsJobs: false,
    async submit({ batchId, lines, folder = options.folder }, { signal }) {
      throwIfCanceled(signal);
      const request = { batchId, lines, folder: assertFolder(folder) };
      await ensureRequested({ ...request, model, dimension }, signal);
      remember(jobs, request);
      return { jobId: batchId };
    },
    async find({ batchId, lines, folder = options.folder }, { signal }) {
      throwIfCanceled(signal);
      remember(jobs, { batchId, lines, folder: assertFolder(folder) });
      return { jobId: batchId };
    },
    async poll(jobId, { signal }) {
      throwIfCanceled(signal);
      const job = findJob(jobs, jobId);
      const isAnswered = (): boolean => job.folder.isAnswered(job.batchId, job.records);
      if (!isAnswered()) await job.folder.look(signal);
      const isFinished = isAnswered() || isOver(job, { now: now(), settleMs });
      return { state: isFinished ? 'finished' : 'running', counts: null };
    },
    async *output(jobId, { signal }) {
      throwIfCanceled(signal);
      const { folder, batchId } = findJob(jobs, jobId);
      yield* folder.read(batchId, signal);
    },
    async *errors(_jobId, { signal }) {
      throwIfCanceled(signal);
      yield* [];
    },
    async cancel(jobId, { signal }) {
      throwIfCanceled(signal);
      const job = jobs.get(jobId);
      if (job === undefined) return;
      jobs.set(jobId, { ...job, isEnded: true });
      await withdrawRequest(job, signal);
    },
    async embed() {
      throw invalid('query-needs-vector', `provider ${filesName} cannot embed a query: it only passes files on`, {
        hint: `query with a vector that was made by the model ${model}`,
      });
    },
  };
}

/** An absolute path: a worker process may have been started elsewhere. */
function assertFolder(folder: string | undefined): string {
  if (folder !== undefined && isAbsolute(folder)) return folder;
  throw invalid(
    'folder-unstated',
    `provider ${filesName} needs the absolute path of a folder: ${folder ?? 'none given'}`,
    {
      hint: 'say where request files go and answers come from: --folder DIR',
    },
  );
}

async function ensureRequested(
  request: Parameters<typeof writeRequestFile>[0],
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = answerFolderAt(request.folder);
  if (folder.knows(request.batchId) || (await requestFileExists(request))) return;
  await folder.look(signal);
  if (!folder.knows(request.batchId)) await writeRequestFile(request);
}

/** Whether nothing more is to come, although not every record is answered. */
function isOver({ folder, batchId, isEnded }: Job, stillness: Stillness): boolean {
  return isEnded ? !folder.isHalfCopied(batchId, stillness) : folder.isFinished(batchId, stillness);
}

/** Takes the request file away, unless there are answers in it. */
async function withdrawRequest({ folder, batchId }: Job, signal: AbortSignal | undefined): Promise<void> {
  const path = requestPath({ folder: folder.path, batchId });
  await folder.look(signal);
  if (folder.holdsOnlyRequests(path)) await removeRequestFile(path);
}

function remember(
  jobs: Map<string, Job>,
  { batchId, lines, folder }: ProviderRequest & { readonly folder: string },
): void {
  jobs.delete(batchId);
  jobs.set(batchId, { batchId, records: lines.length, folder: answerFolderAt(folder), isEnded: false });
  const [oldest] = jobs.keys();
  if (jobs.size > limits.immediateJobsMax && oldest !== undefined) jobs.delete(oldest);
}

function findJob(jobs: ReadonlyMap<string, Job>, jobId: string): Job {
  const job = jobs.get(jobId);
  if (job !== undefined) return job;
  throw notFound('job-unknown', `this process has no job ${jobId}`, {
    hint: 'submit the batch again: that writes its request file only where it is missing',
    details: { jobId },
  });
}
