// The bug it would catch: a record that a provider's files answered, or failed to answer, ends nowhere, twice, or somewhere that
// depends on the order of lines (F15, F16).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowDigest, sha256 } from '../domain/digest.ts';
import type { RequestLine } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { type Answers, readAnswers } from './answers.ts';
import { customId, embeddingLine, encodeVector, refusalLine } from './batch-lines.ts';
import type { ResidueCode } from './residue-codes.ts';

const dimension = 4;
const batchId = '0190-batch';
const digestOf = (n: number, vector: Float32Array): Uint8Array => rowDigest(sha256(String(n)), vector);

function request(records: number): RequestLine[] {
  return Array.from({ length: records }, (_, n) => ({
    n,
    line: n * 2 + 1,
    id: `id-${n}`,
    document: `text ${n}`,
    metadata: null,
  }));
}

async function* inPieces(...texts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(records: number, output: readonly string[], errors: readonly string[] = []): Promise<Answers> {
  return readAnswers({
    batchId,
    lines: request(records),
    output: inPieces(...output),
    errors: inPieces(...errors),
    dimension,
    digestOf,
  });
}

const good = (n: number, first = 1): string =>
  embeddingLine(customId(batchId, n), 'm', encodeVector(Float32Array.of(first, 2, 3, 4)));

function answer(n: number, rest: object): string {
  return `${JSON.stringify({ id: 'x', custom_id: customId(batchId, n), ...rest })}\n`;
}

const withStatus = (n: number, status: unknown, body: unknown = {}): string =>
  answer(n, { response: { status_code: status, request_id: null, body }, error: null });

const withEmbedding = (n: number, embedding: unknown): string => withStatus(n, 200, { data: [{ embedding }] });

test('vectors stand where their records stand, whatever the order and form', async () => {
  const { vectors, residue, strays } = await read(3, [good(2, 3), withEmbedding(0, [1, 2, 3, 4]), good(1, 2)]);
  expect(vectors.map((vector) => vector?.[0])).toEqual([1, 2, 3]);
  expect([residue, strays]).toEqual([[], []]);
});

test('a record without an answer is retryable residue with its id and line', async () => {
  const { vectors, residue } = await read(2, [good(0)]);
  expect(vectors[1]).toBeNull();
  expect(residue).toEqual([
    { n: 1, id: 'id-1', line: 3, status: 'retryable', code: 'no-answer', message: expect.any(String) },
  ]);
});

test.each<[string, 'retryable' | 'rejected', ResidueCode, string]>([
  ['too many requests', 'retryable', 'provider-error', withStatus(0, 429)],
  ['timeout', 'retryable', 'provider-error', withStatus(0, 408)],
  ['server error', 'retryable', 'provider-error', withStatus(0, 503)],
  ['expired', 'retryable', 'provider-error', answer(0, { response: null, error: { code: 'batch_expired' } })],
  ['bad request', 'rejected', 'provider-refused', withStatus(0, 400)],
  ['too large', 'rejected', 'provider-refused', withStatus(0, 413)],
  [
    'bad request, stated as an error',
    'rejected',
    'provider-refused',
    answer(0, { response: { status_code: 400 }, error: {} }),
  ],
  ['our own refusal', 'rejected', 'provider-refused', refusalLine(customId(batchId, 0), 'no-document', 'no text')],
  [
    'an error although 200',
    'rejected',
    'malformed-answer',
    answer(0, { response: { status_code: 200 }, error: 'odd' }),
  ],
  ['redirect', 'rejected', 'malformed-answer', withStatus(0, 302)],
  ['no status', 'rejected', 'malformed-answer', answer(0, { response: null, error: null })],
  ['nothing at all', 'rejected', 'malformed-answer', answer(0, {})],
  ['status as text', 'rejected', 'malformed-answer', withStatus(0, '200')],
  ['no body', 'rejected', 'malformed-answer', withStatus(0, 200, null)],
  ['data is no list', 'rejected', 'malformed-answer', withStatus(0, 200, { data: { length: 1 } })],
  ['no data', 'rejected', 'malformed-answer', withStatus(0, 200, { data: [] })],
  [
    'two vectors',
    'rejected',
    'malformed-answer',
    withStatus(0, 200, { data: [{ embedding: [1] }, { embedding: [2] }] }),
  ],
  ['no embedding', 'rejected', 'malformed-answer', withEmbedding(0, null)],
  ['wrong dimension', 'rejected', 'wrong-dimension', withEmbedding(0, [1, 2])],
  ['quarter length', 'rejected', 'quarter-length', withEmbedding(0, [1])],
  ['zero', 'rejected', 'zero-vector', withEmbedding(0, [0, 0, 0, 0])],
  ['overflow', 'rejected', 'not-finite', withEmbedding(0, [1e39, 0, 0, 0])],
  ['overflow as JSON reads it', 'rejected', 'not-finite', withEmbedding(0, [1, 2, 3, 4]).replace('4]', '1e999]')],
  ['text', 'rejected', 'not-a-vector', withEmbedding(0, 'not base64!')],
])('residue: %s is %s as %s', async (_, status, code, line) => {
  for (const [output, errors] of [
    [[line], []],
    [[], [line]],
  ] as const) {
    const { vectors, residue, strays } = await read(1, output, errors);
    expect([vectors, strays]).toEqual([[null], []]);
    expect(residue).toMatchObject([{ n: 0, status, code }]);
  }
});

test('what the provider says is quoted, but not at any length, and always well-formed', async () => {
  const message = `${'x'.repeat(limits.residueMessageCharactersMax - 31)}${'🙂'.repeat(40)}`;
  const { residue } = await read(1, [], [withStatus(0, 429, { error: { code: 'rate_limit', message } })]);
  expect(residue[0]?.message).toMatch(/^status 429: rate_limit: xxx/);
  expect(residue[0]?.message).toHaveLength(limits.residueMessageCharactersMax);
  expect(residue[0]?.message.isWellFormed()).toBe(true);
});

test.each([
  ['unknown-id', 'of another batch', good(0).replaceAll(batchId, 'another')],
  ['unknown-id', 'beyond the batch', good(1)],
  ['unknown-id', 'spelled otherwise', good(0).replaceAll(`${batchId}/0`, `${batchId}/00`)],
  ['unknown-id', 'negative', good(0).replaceAll(`${batchId}/0`, `${batchId}/-0`)],
  ['unknown-id', 'empty', good(0).replaceAll(`${batchId}/0`, `${batchId}/`)],
  ['unknown-id', 'without custom_id', '{"response":null}\n'],
  ['unknown-id', 'custom_id is a number', '{"custom_id":0}\n'],
  ['unparsable-line', 'cut', good(0).slice(0, 40)],
  ['unparsable-line', 'no object', '[1]\n'],
  ['unparsable-line', 'text', 'Internal Server Error\n'],
  ['unparsable-line', 'NaN, as Python writes it', withEmbedding(0, [1, 2, 3, 4]).replace('4]', 'NaN]')],
])('stray: %s, %s', async (code, _, line) => {
  const { residue, strays } = await read(1, ['\n\n', line]);
  expect(strays).toEqual([{ code, line: 3, message: expect.stringMatching(/^output file: /) }]);
  expect(residue).toMatchObject([{ code: 'no-answer', status: 'retryable' }]);
});

test('a line that is no UTF-8 or has no end is a stray; the others count', async () => {
  const huge = Buffer.alloc(limits.lineBytesMax + 1, 0x20);
  const bad = Buffer.concat([Buffer.from(good(0)).subarray(0, 20), Buffer.from([0xff, 0x0a])]);
  const { vectors, strays } = await readAnswers({
    batchId,
    lines: request(1),
    output: inPieces(bad, good(0)),
    errors: inPieces(huge),
    dimension,
    digestOf,
  });
  expect(vectors[0]).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(strays.map(({ code, line, message }) => [code, line, message.split(':')[0]])).toEqual([
    ['unparsable-line', 1, 'output file'],
    ['unparsable-line', 1, 'errors file'],
  ]);
});

test('any number of strays is a list of bounded length that says how many there were', async () => {
  const { strays } = await read(0, [good(7).repeat(limits.straysMax + 5)]);
  expect(strays).toHaveLength(limits.straysMax + 1);
  expect(strays.at(-1)).toMatchObject({ code: 'more-strays', message: expect.stringMatching(/^5 /) });
});

test('a valid line beats an error line, in either file and order', async () => {
  const bad = withStatus(0, 400);
  for (const [output, errors] of [
    [[good(0), bad], []],
    [[bad, good(0)], []],
    [[good(0)], [bad]],
    [[bad], [good(0)]],
    [[], [bad, good(0)]],
  ] as const) {
    const { vectors, residue, strays } = await read(1, output, errors);
    expect(vectors[0]).toEqual(Float32Array.of(1, 2, 3, 4));
    expect([residue, strays]).toEqual([[], []]);
  }
});

test('of errors that differ, the one that may pass stays', async () => {
  for (const output of [
    [withStatus(0, 400), withStatus(0, 503)],
    [withStatus(0, 503), withStatus(0, 400), withEmbedding(0, null)],
  ]) {
    expect((await read(1, output)).residue).toMatchObject([{ status: 'retryable', code: 'provider-error' }]);
  }
});

test('identical answers collapse; of those that differ the one with the smallest row digest stays, and the record is named', async () => {
  const twice = await read(1, [good(0), withEmbedding(0, [1, 2, 3, 4])], [good(0)]);
  expect(twice.strays).toEqual([]);

  const [one, two] = [Float32Array.of(1, 2, 3, 4), Float32Array.of(2, 2, 3, 4)];
  const smallest = Buffer.compare(digestOf(0, one), digestOf(0, two)) < 0 ? one : two;
  for (const output of [
    [good(0, 1), good(0, 2)],
    [good(0, 2), good(0, 1), good(0, 2)],
  ]) {
    const { vectors, residue, strays } = await read(1, output);
    expect(vectors[0]).toEqual(smallest);
    expect(residue).toEqual([]);
    expect(strays).toMatchObject([{ code: 'repeated-id', line: 2 }]);
  }
});

const records = 5;
const position = fc.nat({ max: records });
const anyLine = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(position, fc.integer({ min: 1, max: 3 })).map(([n, first]) => good(n, first)) },
  fc.tuple(position, fc.constantFrom(200, 302, 400, 429, 500, null)).map(([n, status]) => withStatus(n, status)),
  fc
    .tuple(position, fc.constantFrom([0, 0, 0, 0], [1], [1, 2], '', 'AAAA', [1e39, 1, 1, 1]))
    .map(([n, embedding]) => withEmbedding(n, embedding)),
  // Corrupted: a character of a good line is another one, or its end is missing.
  fc
    .tuple(position, fc.nat({ max: 80 }), fc.constantFrom('"', '}', '9', 'x', ':'))
    .map(([n, at, by]) => `${good(n).slice(0, at)}${by}${good(n).slice(at + 1)}`),
  fc.tuple(position, fc.nat({ max: 80 })).map(([n, at]) => `${good(n).slice(0, at)}\n`),
  fc.json({ maxDepth: 2 }).map((json) => `${json}\n`),
);

const shuffled = fc.array(anyLine, { maxLength: 14 }).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    again: fc.shuffledSubarray(lines, { minLength: lines.length }),
    repeated: fc.subarray(lines),
    cuts: fc.tuple(fc.nat({ max: 14 }), fc.nat({ max: 14 })),
  }),
);

test('every record is in exactly one place, and the order of lines, their file and repetition change nothing (invariants 1 and 2)', async () => {
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ lines, again, repeated, cuts: [first, second] }) => {
      const one = await read(records, lines.slice(0, first), lines.slice(first));
      const more = [...again, ...repeated];
      const other = await read(records, more.slice(0, second), more.slice(second));

      const placed = one.vectors.map((vector, n) => [vector, one.residue.filter((row) => row.n === n).length]);
      for (const [vector, inResidue] of placed) expect(inResidue).toBe(vector === null ? 1 : 0);
      expect(placed).toHaveLength(records);
      expect(one.residue.map(({ n }) => n)).toEqual(one.residue.map(({ n }) => n).toSorted((a, b) => a - b));

      expect(other.vectors).toEqual(one.vectors);
      expect(other.residue).toEqual(one.residue);
      const codes = (answers: Answers): Set<string> => new Set(answers.strays.map(({ code }) => code));
      expect(codes(other)).toEqual(codes(one));
    }),
    { numRuns: 1_000 },
  );
});

test('an error of a file comes through: what could not be read to its end is no answer', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(good(0));
    throw new Error('connection reset');
  }
  const reading = readAnswers({
    batchId,
    lines: request(2),
    output: broken(),
    errors: inPieces(),
    dimension,
    digestOf,
  });
  await expect(reading).rejects.toThrow('connection reset');
});

test('a request whose numbers are not its positions is our defect', async () => {
  const lines = request(2).toReversed();
  const reading = readAnswers({ batchId, lines, output: inPieces(), errors: inPieces(), dimension, digestOf });
  await expect(reading).rejects.toMatchObject({ kind: 'Internal', code: 'request-order' });
});
