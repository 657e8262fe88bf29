import { type Digest, vectorBytes } from '../domain/digest.ts';
import { internal } from '../domain/errors.ts';
import type { RequestLine, ResidueRow, Stray } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { splitLines, type TextLine } from '../format/json-lines.ts';
import { type AnswerLine, type AskedBatch, type FailedAnswer, readAnswerLine } from './answer-line.ts';
import { residueStatuses, type StrayCode } from './residue-codes.ts';

/**
 * What a provider's files say of a batch.
 *
 * 1. Every record ends in exactly one place: it has a vector, or it is residue with a reason.
 * 2. The order of lines, and which file they are in, changes nothing. A valid line beats an error line; of valid ones that differ the
 *    one with the smallest digest stays; of errors the one that may pass stays.
 * 3. What belongs to no record is a stray: named, never silently skipped.
 */

export interface ReadAnswersOptions {
  readonly batchId: string;
  /** The request, in its order. */
  readonly lines: readonly RequestLine[];
  readonly output: AsyncIterable<Uint8Array>;
  readonly errors: AsyncIterable<Uint8Array>;
  readonly dimension: number;
  /**
   * The row's digest if record `n` got this vector: `rowDigest(content, vector)`. It decides here exactly as it decides later between
   * rows of the same version, so it must be the same. Called only where answers differ.
   */
  readonly digestOf: (n: number, vector: Float32Array) => Digest;
}

export interface Answers {
  /** By `n`; null for residue. */
  readonly vectors: readonly (Float32Array | null)[];
  /** In the order of `n`. */
  readonly residue: readonly ResidueRow[];
  readonly strays: readonly Stray[];
}

/** Reads a batch's output and error file. Only what the files' iterables throw makes it fail: no content does. */
export async function readAnswers(options: ReadAnswersOptions): Promise<Answers> {
  const { batchId, lines, dimension } = options;
  assertPositions(lines);
  const asked: AskedBatch = { batchId, records: lines.length, dimension };
  const collected = new CollectedAnswers(lines, dimension, options.digestOf);
  for (const file of ['output', 'errors'] as const) {
    for await (const numbered of splitLines(options[file], { lineBytesMax: limits.lineBytesMax })) {
      collected.add(file, numbered.line, readLine(numbered, asked));
    }
  }
  return collected.finish();
}

function readLine(numbered: TextLine, asked: AskedBatch): AnswerLine {
  if ('text' in numbered) return readAnswerLine(numbered.text, asked);
  return { type: 'stray', code: 'unparsable-line', message: numbered.problem.message };
}

function assertPositions(lines: readonly RequestLine[]): void {
  const odd = lines.findIndex((line, index) => line.n !== index);
  if (odd !== -1) throw internal('request-order', `line ${odd} of a request is numbered ${lines[odd]?.n}`);
}

type AnswerFile = 'output' | 'errors';

class CollectedAnswers {
  readonly #lines: readonly RequestLine[];
  readonly #dimension: number;
  readonly #digestOf: ReadAnswersOptions['digestOf'];
  /** The numbers of all vectors, in one piece: thousands of small ones take longer to come and to go. */
  readonly #numbers: Float32Array;
  /** Views of the numbers. */
  readonly #vectors: (Float32Array | null)[];
  readonly #failures = new Map<number, FailedAnswer>();
  readonly #repeated = new Set<number>();
  readonly #strays: Stray[] = [];
  #unlistedStrays = 0;

  constructor(lines: readonly RequestLine[], dimension: number, digestOf: ReadAnswersOptions['digestOf']) {
    this.#lines = lines;
    this.#dimension = dimension;
    this.#digestOf = digestOf;
    this.#numbers = new Float32Array(lines.length * dimension);
    this.#vectors = lines.map(() => null);
  }

  add(file: AnswerFile, line: number, answer: AnswerLine): void {
    if (answer.type === 'stray') this.#addStray(answer.code, file, line, answer.message);
    else if (answer.type === 'failed') this.#addFailure(answer);
    else this.#addVector(file, line, answer.n, answer.vector);
  }

  finish(): Answers {
    if (this.#unlistedStrays > 0) {
      const message = `${this.#unlistedStrays} more lines that are odd are not listed`;
      this.#strays.push({ code: 'more-strays' satisfies StrayCode, line: 0, message });
    }
    return { vectors: this.#vectors, residue: this.#residue(), strays: this.#strays };
  }

  #addVector(file: AnswerFile, line: number, n: number, vector: Float32Array): void {
    const standing = this.#vectors[n] ?? null;
    if (standing !== null && Buffer.compare(vectorBytes(standing), vectorBytes(vector)) === 0) return;
    if (standing !== null && !this.#repeated.has(n)) {
      this.#repeated.add(n);
      this.#addStray(
        'repeated-id',
        file,
        line,
        `record ${n} has answers that differ; the one with the smallest digest stays`,
      );
    }
    if (standing === null || Buffer.compare(this.#digestOf(n, vector), this.#digestOf(n, standing)) < 0) {
      this.#keep(n, vector);
    }
  }

  #keep(n: number, vector: Float32Array): void {
    const kept = this.#numbers.subarray(n * this.#dimension, (n + 1) * this.#dimension);
    kept.set(vector);
    this.#vectors[n] = kept;
  }

  #addFailure(failure: FailedAnswer): void {
    const standing = this.#failures.get(failure.n);
    if (standing === undefined || compareFailures(failure, standing) < 0) this.#failures.set(failure.n, failure);
  }

  #addStray(code: StrayCode, file: AnswerFile, line: number, message: string): void {
    if (this.#strays.length < limits.straysMax) this.#strays.push({ code, line, message: `${file} file: ${message}` });
    else this.#unlistedStrays += 1;
  }

  #residue(): ResidueRow[] {
    return this.#lines.flatMap(({ n, id, line }) => {
      if (this.#vectors[n] !== null) return [];
      const { code, message } = this.#failures.get(n) ?? noAnswer;
      return [{ n, id, line, status: residueStatuses[code], code, message }];
    });
  }
}

const noAnswer = { code: 'no-answer', message: 'neither the output nor the error file has a line for it' } as const;

/** The smaller one stays: what may pass before what will not, then by the words, so that the order of lines does not matter. */
function compareFailures(a: FailedAnswer, b: FailedAnswer): number {
  const rank = (failure: FailedAnswer): string =>
    `${residueStatuses[failure.code] === 'retryable' ? 0 : 1} ${failure.code} ${failure.message}`;
  const [first, second] = [rank(a), rank(b)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
