// The bug it would catch: a batch whose output looks complete although the embedding failed, or whose records get each other's vectors.
import { expect, test } from 'vitest';
import type { RequestLine } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { encodeVector } from './batch-lines.ts';
import type { Provider } from './contract.ts';
import { embedWith } from './embed-with.ts';
import { givenProvider } from './given.ts';
import type { EmbedTexts } from './immediate.ts';
import { localProvider } from './local.ts';
import { embedText } from './ngram-embedder.ts';

function line(n: number, document: string | null, vector?: readonly number[]): RequestLine {
  const rest = vector === undefined ? {} : { vector: encodeVector(Float32Array.from(vector)) };
  return { n, line: n + 1, id: `id-${n}`, document, metadata: null, ...rest };
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read).toString();
}

async function runJob(provider: Provider, lines: readonly RequestLine[]) {
  const { jobId } = await provider.submit({ batchId: 'batch', lines }, {});
  return {
    status: await provider.poll(jobId, {}),
    output: async () => textOf(provider.output(jobId, {})),
    errors: async () => textOf(provider.errors(jobId, {})),
  };
}

/** Each text is its vector: `1,2` → [1, 2]. */
const spelled: EmbedTexts = (texts) => texts.map((text) => text.split(',').map(Number));
const spelledProvider = (options = {}) => embedWith(spelled, { model: 'spelled', dimension: 2, ...options });
const failing = (embed: EmbedTexts) => embedWith(embed, { model: 'failing', dimension: 2, textsPerCall: 1 });

test('output is what the Batch API writes, byte by byte', async () => {
  const job = await runJob(spelledProvider(), [line(0, '1,2')]);
  expect(await job.output()).toMatchInlineSnapshot(`
    "{"id":"batch/0","custom_id":"batch/0","response":{"status_code":200,"request_id":null,"body":{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPwAAAEA="}],"model":"spelled","usage":{"prompt_tokens":0,"total_tokens":0}}},"error":null}
    "
  `);
  expect(await job.errors()).toBe('');
});

test('a record without text is a line of the error file, and the counts say so', async () => {
  const job = await runJob(spelledProvider(), [line(0, null), line(1, '1,2')]);
  expect(job.status).toEqual({ state: 'finished', counts: { completed: 1, failed: 1 } });
  expect((await job.output()).match(/"custom_id":"[^"]*"/g)).toEqual(['"custom_id":"batch/1"']);
  expect(await job.errors()).toMatchInlineSnapshot(`
    "{"id":"batch/0","custom_id":"batch/0","response":{"status_code":400,"request_id":null,"body":{"error":{"message":"the record has no document to embed","type":"invalid_request_error","param":null,"code":"no-document"}}},"error":null}
    "
  `);
});

test('given vectors come back as they are; a record without one is an error', async () => {
  const job = await runJob(givenProvider({ model: 'ada', dimension: 2 }), [line(0, null, [1, 2]), line(1, 'text')]);
  expect(await job.output()).toContain(`"embedding":"${encodeVector(Float32Array.of(1, 2))}"`);
  expect(JSON.parse(await job.errors())).toMatchObject({
    custom_id: 'batch/1',
    response: { status_code: 400, body: { error: { code: 'no-vector' } } },
  });
});

test('records that carry a vector keep it and are never embedded, among others that are (invariant 3)', async () => {
  const asked: string[] = [];
  const provider = embedWith(
    (texts) => {
      asked.push(...texts);
      return texts.map(() => [7, 7]);
    },
    { model: 'm', dimension: 2, textsPerCall: 2 },
  );
  const job = await runJob(provider, [line(0, 'a'), line(1, 'b', [1, 1]), line(2, 'c'), line(3, 'd', [2, 2])]);
  const answers = (await job.output()).trimEnd().split('\n').map(readEmbedding);
  expect(answers).toEqual([7, 1, 7, 2].map((value) => encodeVector(Float32Array.of(value, value))));
  expect(asked).toEqual(['a', 'c']);
});

function readEmbedding(text: string): string | undefined {
  const parsed = JSON.parse(text) as { response: { body: { data: { embedding: string }[] } } };
  return parsed.response.body.data[0]?.embedding;
}

test('texts come in calls of a bounded size, in order', async () => {
  const calls: number[] = [];
  const provider = embedWith(
    (texts) => {
      calls.push(texts.length);
      return spelled(texts, { signal: AbortSignal.any([]) });
    },
    { model: 'm', dimension: 2, textsPerCall: 3 },
  );
  const lines = Array.from({ length: 8 }, (_, n) => line(n, `${n},1`));
  const output = await (await runJob(provider, lines)).output();
  expect(calls).toEqual([3, 3, 2]);
  expect(output.trimEnd().split('\n').map(readEmbedding)).toEqual(
    lines.map(({ n }) => encodeVector(Float32Array.of(n, 1))),
  );
});

test('nothing is embedded before the output is read (invariant 1)', async () => {
  let calls = 0;
  const provider = failing((texts) => {
    calls += 1;
    return texts.map(() => [1, 1]);
  });
  const { jobId } = await provider.submit({ batchId: 'b', lines: [line(0, 'a'), line(1, 'b')] }, {});
  await provider.poll(jobId, {});
  expect(calls).toBe(0);
  await provider.output(jobId, {})[Symbol.asyncIterator]().next();
  expect(calls).toBe(1);
});

test.each<[string, EmbedTexts, object]>([
  [
    'throws',
    () => Promise.reject(new Error('no memory')),
    { code: 'embedding-failed', details: { reason: 'no memory' } },
  ],
  ['returns too few', () => [], { code: 'wrong-vector-count', details: { texts: 1, vectors: 0 } }],
  ['returns too many', () => [[1], [1]], { code: 'wrong-vector-count', details: { texts: 1, vectors: 2 } }],
  ['returns no list', () => 'oops' as never, { code: 'wrong-vector-count', details: { texts: 1, vectors: null } }],
])('a function that %s ends the output with a Provider error (invariant 2)', async (_, embed, error) => {
  const provider = failing((texts, options) => (texts[0] === 'bad' ? embed(texts, options) : texts.map(() => [1, 1])));
  const job = await runJob(provider, [line(0, 'good'), line(1, 'bad'), line(2, 'good')]);
  await expect(job.output()).rejects.toMatchObject({ kind: 'Provider', ...error });
  await expect(provider.embed(['bad'], {})).rejects.toMatchObject({ kind: 'Provider', ...error });
});

test('what is no vector is passed on for the gate to name, and refused for a query', async () => {
  const provider = embedWith(() => [['1', '2']] as never, { model: 'm', dimension: 2 });
  expect(await (await runJob(provider, [line(0, 'a')])).output()).toContain('"embedding":["1","2"]');
  await expect(provider.embed(['a'], {})).rejects.toMatchObject({ kind: 'Provider', code: 'not-a-vector' });
});

test('an interrupted output ends as canceled, even if the function never returns', async () => {
  const controller = new AbortController();
  const provider = failing((_texts, { signal }) => {
    expect(signal).toBe(controller.signal);
    controller.abort();
    return new Promise<never>(() => {});
  });
  const { jobId } = await provider.submit({ batchId: 'b', lines: [line(0, 'a')] }, {});
  const reading = textOf(provider.output(jobId, { signal: controller.signal }));
  await expect(reading).rejects.toMatchObject({ kind: 'Canceled' });
});

test('only the latest jobs are remembered, and a forgotten one says what to do', async () => {
  const provider = localProvider({ dimension: 8 });
  for (let batch = 0; batch <= limits.immediateJobsMax; batch++) {
    await provider.submit({ batchId: `b${batch}`, lines: [line(0, 'a')] }, {});
  }
  await expect(provider.poll('b0', {})).rejects.toMatchObject({ kind: 'NotFound', code: 'job-unknown' });
  await expect(provider.poll('b1', {})).resolves.toMatchObject({ state: 'finished' });

  // Submitted again, a job is the latest one.
  await provider.submit({ batchId: 'b1', lines: [line(0, 'a')] }, {});
  await provider.submit({ batchId: 'another', lines: [line(0, 'a')] }, {});
  await expect(provider.poll('b1', {})).resolves.toMatchObject({ state: 'finished' });
  await expect(provider.poll('b2', {})).rejects.toMatchObject({ code: 'job-unknown' });
});

test('a slow job is not forgotten for faster ones, and of those that were answered only the last are kept', async () => {
  const provider = localProvider({ dimension: 8 });
  const submit = async (batchId: string) => provider.submit({ batchId, lines: [line(0, 'a')] }, {});
  await submit('slow');
  const fast = Array.from({ length: 2 * limits.answeredJobsMax }, (_, batch) => `b${batch}`);
  for (const batchId of fast) {
    await submit(batchId);
    await textOf(provider.output(batchId, {}));
    await textOf(provider.errors(batchId, {}));
  }
  await submit('last');
  expect(await textOf(provider.output('slow', {}))).toContain('slow/0');
  await expect(provider.poll(fast.at(-1) ?? '', {})).resolves.toMatchObject({ state: 'finished' });
  await expect(provider.poll(fast[0] ?? '', {})).rejects.toMatchObject({ code: 'job-unknown' });
});

test('queries: the local embedder answers, given vectors cannot', async () => {
  expect(await localProvider({ dimension: 16 }).embed(['a', 'b'], {})).toEqual([
    embedText('a', 16),
    embedText('b', 16),
  ]);
  await expect(givenProvider({ model: 'ada', dimension: 2 }).embed(['a'], {})).rejects.toMatchObject({
    kind: 'Invalid',
    code: 'query-needs-vector',
    hint: expect.stringContaining('ada'),
  });
});

test.each([
  ['dimension', () => localProvider({ dimension: 0 })],
  ['dimension', () => localProvider({ dimension: 1.5 })],
  ['dimension', () => givenProvider({ model: 'm', dimension: limits.dimensionMax + 1 })],
  ['textsPerCall', () => spelledProvider({ textsPerCall: 0 })],
  ['textsPerCall', () => spelledProvider({ textsPerCall: limits.textsPerCallMax + 1 })],
])('a bad %s is refused when the provider is made', (setting, make) => {
  expect(make).toThrow(
    expect.objectContaining({
      kind: 'Invalid',
      code: 'provider-setting',
      details: expect.objectContaining({ setting }),
    }),
  );
});

test('a provider without a name or model is refused', () => {
  for (const options of [{ name: '' }, { model: '' }]) {
    expect(() => spelledProvider(options)).toThrow(expect.objectContaining({ code: 'provider-nameless' }));
  }
});
