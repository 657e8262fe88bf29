import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestLine } from '../domain/facts.ts';
import { newToken } from '../runtime/random.ts';
import { errnoOf, fileSystemError } from '../store/errno.ts';
import { folderAbsent } from './answer-folder.ts';
import { customId } from './batch-lines.ts';

/** A batch's requests as OpenAI's Batch API takes them (https://platform.openai.com/docs/api-reference/batch/request-input). */
export interface RequestFile {
  readonly folder: string;
  readonly batchId: string;
  readonly lines: readonly RequestLine[];
  readonly model: string;
  readonly dimension: number;
}

/** Only these models make vectors of another length when asked; others refuse the question. */
const resizableModels = /^text-embedding-3-/;

const linesPerWrite = 256;

export function requestPath({ folder, batchId }: Pick<RequestFile, 'folder' | 'batchId'>): string {
  return join(folder, `${batchId}.jsonl`);
}

/** Makes the folder where there is none. */
export async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileSystemError(error, folder, 'write');
  }
}

export async function requestFileExists(request: Pick<RequestFile, 'folder' | 'batchId'>): Promise<boolean> {
  const path = requestPath(request);
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw fileSystemError(error, path, 'read');
  }
}

/** Writes a request file under a hidden name and then names it: whoever sees it sees all of it. */
export async function writeRequestFile(request: RequestFile): Promise<void> {
  const path = requestPath(request);
  const hidden = join(request.folder, `.${request.batchId}-${newToken()}`);
  try {
    await writeHidden(hidden, request);
    await rename(hidden, path);
  } catch (error) {
    await rm(hidden, { force: true }).catch(() => undefined);
    throw errnoOf(error) === 'ENOENT' ? folderAbsent(request.folder) : fileSystemError(error, path, 'write');
  }
}

/** One that is gone is no error. */
export async function removeRequestFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileSystemError(error, path, 'write');
  }
}

async function writeHidden(path: string, request: RequestFile): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await writeLines(file, request);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeLines(file: FileHandle, { lines, ...request }: RequestFile): Promise<void> {
  for (let start = 0; start < lines.length; start += linesPerWrite) {
    const texts = lines.slice(start, start + linesPerWrite).map((line) => `${requestLine(line, request)}\n`);
    await file.writeFile(texts.join(''));
  }
}

function requestLine({ n, document }: RequestLine, { batchId, model, dimension }: Omit<RequestFile, 'lines'>): string {
  const dimensions = resizableModels.test(model) ? { dimensions: dimension } : {};
  const body = { model, input: document ?? '', ...dimensions, encoding_format: 'base64' };
  return JSON.stringify({ custom_id: customId(batchId, n), method: 'POST', url: '/v1/embeddings', body });
}
