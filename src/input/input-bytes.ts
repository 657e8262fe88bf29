import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AlluviumError, invalid, notFound, unavailable } from '../domain/errors.ts';

/** A file's path, or its bytes, such as standard input. */
export type InputSource = string | AsyncIterable<Uint8Array>;

export interface InputBytesOptions {
  /** After decompression. */
  readonly inputBytesMax: number;
  readonly signal?: AbortSignal | undefined;
}

const gzipMark = [0x1f, 0x8b];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * The bytes of an input, decompressed where they begin like gzip, whatever the name.
 *
 * 1. Memory is bounded: one piece at a time, pulled by the reader.
 * 2. An input that is cut short, or grows beyond the limit, ends with an error and never as if it were complete.
 */
export async function* readInputBytes(source: InputSource, options: InputBytesOptions): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peek(openSource(source, options.signal), gzipMark.length);
  const gzip = startsWith(head, gzipMark);
  if (!gzip && typeof source === 'string' && source.toLowerCase().endsWith('.gz') && head.length > 0) {
    throw invalid('input-gzip', `the file is named .gz but is not gzip: ${source}`);
  }
  let bytes = 0;
  for await (const piece of withoutByteOrderMark(gzip ? gunzip(rest) : rest)) {
    bytes += piece.length;
    if (bytes > options.inputBytesMax) {
      throw invalid('input-too-large', `the input is larger than ${options.inputBytesMax} bytes`, {
        hint: 'hand it in in several pieces',
      });
    }
    yield piece;
  }
}

/** Throws what reading would throw, before anything else is said about a file that is not there. */
export async function assertReadable(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

async function* openSource(source: InputSource, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const stream = streamOf(source);
  if (signal !== undefined) addAbortSignal(signal, stream);
  try {
    yield* stream;
  } catch (error) {
    throw typeof source === 'string' ? fileError(source, error) : error;
  }
}

function streamOf(source: InputSource): Readable {
  if (typeof source === 'string') return createReadStream(source);
  return source instanceof Readable ? source : Readable.from(source);
}

function fileError(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return notFound('input-file', `there is no file ${path}`, { cause, details: { path } });
  }
  if (code === 'EISDIR') return invalid('input-file', `the input is a folder, not a file: ${path}`, { cause });
  if (code === undefined || code === 'ABORT_ERR') return cause;
  return unavailable('input-file', `the file cannot be read (${code}): ${path}`, { cause, details: { path } });
}

/** What some editors put before UTF-8 is no part of the text. */
async function* withoutByteOrderMark(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, rest } = await peek(pieces, byteOrderMark.length);
  if (startsWith(head, byteOrderMark)) {
    await rest.next();
    yield head.subarray(byteOrderMark.length);
  }
  yield* rest;
}

/** The first piece, of at least so many bytes where there are as many; and everything, that piece included. */
async function peek(
  pieces: AsyncGenerator<Uint8Array>,
  bytes: number,
): Promise<{ head: Uint8Array; rest: AsyncGenerator<Uint8Array> }> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < bytes) {
    const next = await pieces.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* pieces;
  }
  return { head, rest: rest() };
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

async function* gunzip(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = createGunzip();
  // The pipeline's own callback may be empty: whatever fails destroys the stream, and so reaches the loop that reads it.
  pipeline(Readable.from(pieces), stream, () => {});
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw gzipError(error);
  }
}

function gzipError(cause: unknown): unknown {
  if (cause instanceof AlluviumError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'Z_BUF_ERROR') {
    return invalid('input-gzip', 'the gzip input is cut short: its end is missing', { cause });
  }
  if (code.startsWith('Z_')) {
    return invalid('input-gzip', 'the gzip input is damaged', { cause, details: { reason: String(cause) } });
  }
  return cause;
}
