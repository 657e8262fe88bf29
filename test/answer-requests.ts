import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../src/domain/digest.ts';
import { embeddingLine, encodeVector } from '../src/provider/batch-lines.ts';

/** A request of a batch, as a service that embeds sees it. */
export interface AskedText {
  readonly customId: string;
  readonly model: string;
  readonly input: string;
}

export interface AnsweringOptions {
  readonly dimension: number;
  /** Over how many files the answers are spread. Default 1. */
  readonly files?: number;
  /** What the lines of a file are in: their order follows from it. Default 1. */
  readonly seed?: number;
  /** The lines for a request, without line ends: what a service may do wrong goes in here. Default: one good answer. */
  readonly answer?: (asked: AskedText, good: string) => readonly string[];
  readonly lineEnd?: string;
  /** The names of the files; default `output-<number>.jsonl`. */
  readonly name?: (file: number) => string;
}

/** Answers every request file of a folder as the Batch API would, with made-up vectors and in shuffled order. Returns the files' paths. */
export async function answerRequests(folder: string, options: AnsweringOptions): Promise<string[]> {
  const { files = 1, seed = 1, answer = (_, good) => [good], lineEnd = '\n' } = options;
  const asked = await readRequests(folder);
  const lines = asked.flatMap((text) => answer(text, goodAnswer(text, options.dimension)));
  const shuffled = shuffle(lines, seed);
  const size = Math.ceil(shuffled.length / files);
  const paths = Array.from({ length: files }, (_, file) =>
    join(folder, options.name?.(file) ?? `output-${seed}-${file}.jsonl`),
  );
  for (const [file, path] of paths.entries()) {
    const own = shuffled.slice(file * size, (file + 1) * size);
    await writeFile(`${path}.part`, own.map((line) => `${line}${lineEnd}`).join(''));
    await rename(`${path}.part`, path);
  }
  return paths;
}

/** The requests that lie in a folder, in the order of their files' names. */
export async function readRequests(folder: string): Promise<AskedText[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted();
  const texts = await Promise.all(names.map(async (name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(readRequestLines);
}

/** What a request file asks for. Lines that are no requests are passed over. */
export function readRequestLines(text: string): AskedText[] {
  return text.split('\n').flatMap(readRequest);
}

function readRequest(line: string): AskedText[] {
  if (line === '') return [];
  const request = JSON.parse(line) as { custom_id: string; body?: { model: string; input: string } };
  return request.body === undefined ? [] : [{ customId: request.custom_id, ...request.body }];
}

export function goodAnswer({ customId, model, input }: AskedText, dimension: number): string {
  return embeddingLine(customId, model, encodeVector(madeUpVector(input, dimension))).trimEnd();
}

/** A line of an error file. Without a status, as for a request that was never reached. */
export function errorAnswer({ customId }: AskedText, code: string, status: number | null = null): string {
  const error = { code, message: `made up: ${code}` };
  return JSON.stringify(
    status === null
      ? { id: 'made-up', custom_id: customId, response: null, error }
      : { id: 'made-up', custom_id: customId, response: { status_code: status, body: { error } }, error: null },
  );
}

/** Equal texts have equal vectors; nothing else is to be expected of them. */
export function madeUpVector(text: string, dimension: number): Float32Array {
  const random = randomFrom(Buffer.from(sha256(text)).readUInt32LE());
  return Float32Array.from({ length: dimension }, () => random() - 0.5);
}

function shuffle<Item>(items: readonly Item[], seed: number): Item[] {
  const random = randomFrom(seed);
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Marsaglia's xorshift32, from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed === 0 ? 1 : seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
