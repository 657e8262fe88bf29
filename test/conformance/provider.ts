import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { vectorBytes } from '../../src/domain/digest.ts';
import { limits } from '../../src/domain/limits.ts';
import type { Provider, ProviderOptions } from '../../src/provider/contract.ts';
import { newId } from '../../src/runtime/random.ts';
import { finishJob, type ProviderUnderTest, requestOf, textOf } from './provider-job.ts';

export type { ProviderUnderTest };

const plainTexts = ['TOTAL AMOUNT', 'thank you', 'thank you', 'Grüße aus Köln', '東京タワー'];
const oddTexts = [':', '', ' \n\t', '🙂', '"quoted" \\ {"json": true}\r\n', '\0', 'word '.repeat(300)];

/**
 * Everything that `src/provider/contract.ts` says, as a vitest suite: call it in a test file of your own.
 *
 * @example
 * providerConformance('my provider', { open: () => embedWith(encode, { model: 'mine', dimension: 384 }) });
 */
export function providerConformance(name: string, subject: ProviderUnderTest): void {
  describe(`provider ${name}`, () => {
    let current: Provider | null = null;

    beforeEach(async () => {
      current = await subject.open();
    });

    afterEach(async () => {
      if (current !== null) await subject.close?.(current);
      current = null;
    });

    const provider = (): Provider => {
      if (current === null) throw new Error('the provider is open only during a test');
      return current;
    };

    checkSpace(provider);
    checkJobs(provider, subject);
    checkSignals(provider, subject);
    if (subject.queries ?? subject.records !== 'vectors') checkQueries(provider, subject);
    else checkNoQueries(provider);
  });
}

type CurrentProvider = () => Provider;

function checkSpace(provider: CurrentProvider): void {
  test('it says what it is', () => {
    const { name, model, dimension, createsJobs } = provider();
    expect(name).toMatch(/./);
    expect(model).toMatch(/./);
    expect(Number.isInteger(dimension) && dimension >= 1 && dimension <= limits.dimensionMax).toBe(true);
    expect(typeof createsJobs).toBe('boolean');
  });
}

function checkJobs(provider: CurrentProvider, subject: ProviderUnderTest): void {
  test('a finished job answers every record with a vector, once', async () => {
    const job = await finishJob(provider(), subject, plainTexts);
    const { vectors, residue, strays } = await job.answers();
    expect([residue, strays]).toEqual([[], []]);
    expect(vectors.map((vector) => vector?.length)).toEqual(plainTexts.map(() => provider().dimension));
    expect(await job.customIds()).toEqual(plainTexts.map((_, n) => `${job.batchId}/${n}`));
    if (subject.records !== 'vectors') expect(vectors[1]).toEqual(vectors[2]);
  });

  test('odd texts too are answered once each, be it with an error', async () => {
    const job = await finishJob(provider(), subject, [...oddTexts, ...plainTexts]);
    const { vectors, residue, strays } = await job.answers();
    expect(strays).toEqual([]);
    expect(residue.map(({ code }) => code)).not.toContain('no-answer');
    expect(vectors.slice(oddTexts.length)).not.toContain(null);
    expect(new Set(await job.customIds()).size).toBe(vectors.length);
    expect(await job.customIds()).toHaveLength(vectors.length);
  });

  test('what it says of its files is what is in them', async () => {
    const job = await finishJob(provider(), subject, [...plainTexts, ...oddTexts]);
    const { vectors } = await job.answers();
    const completed = vectors.filter((vector) => vector !== null).length;
    expect([null, { completed, failed: vectors.length - completed }]).toContainEqual(job.status.counts);
  });

  test('errors are JSON lines that name records of the batch, or nothing', async () => {
    const job = await finishJob(provider(), subject, oddTexts);
    const lines = (await textOf(provider().errors(job.jobId, {}))).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ custom_id: expect.stringMatching(`^${job.batchId}/[0-9]+$`) });
    }
    expect(lines.length).toBeLessThanOrEqual(oddTexts.length);
  });

  test('read twice, a job has the same vectors', async () => {
    const job = await finishJob(provider(), subject, plainTexts);
    const [first, second] = [await job.answers(), await job.answers()];
    expect(second.vectors.map(bytesOf)).toEqual(first.vectors.map(bytesOf));
    expect(second.residue).toEqual(first.residue);
  });

  test('a large batch is answered as a whole', async () => {
    const texts = Array.from({ length: 600 }, (_, n) => `line ${n} of many`);
    const { vectors, strays } = await (await finishJob(provider(), subject, texts)).answers();
    expect(strays).toEqual([]);
    expect(vectors).toHaveLength(texts.length);
    expect(vectors).not.toContain(null);
  });

  test('two jobs do not mix', async () => {
    const one = await finishJob(provider(), subject, plainTexts);
    const other = await finishJob(provider(), subject, plainTexts.toReversed());
    expect((await one.answers()).strays).toEqual([]);
    expect((await other.answers()).strays).toEqual([]);
    expect((await one.answers()).vectors).toHaveLength(plainTexts.length);
  });

  test('a job is found again, where jobs outlive their process, and nothing of it is lost by that', async ({
    skip,
  }) => {
    skip(provider().find === undefined, 'its jobs end with their process');
    const job = await finishJob(provider(), subject, plainTexts);
    const request = { ...requestOf(provider(), subject, plainTexts), batchId: job.batchId };
    expect(await provider().find?.(request, {})).toEqual({ jobId: job.jobId });
    expect((await job.answers()).vectors).not.toContain(null);
  });

  test('canceling a job that is unknown or finished is no error, and takes nothing away', async () => {
    await expect(provider().cancel(newId(), {})).resolves.toBeUndefined();
    const job = await finishJob(provider(), subject, plainTexts);
    await expect(provider().cancel(job.jobId, {})).resolves.toBeUndefined();
    expect((await job.answers()).vectors).not.toContain(null);
  });
}

function checkSignals(provider: CurrentProvider, subject: ProviderUnderTest): void {
  const calls: Record<string, (jobId: string, options: ProviderOptions) => Promise<unknown>> = {
    submit: async (_, options) => provider().submit(requestOf(provider(), subject, plainTexts), options),
    poll: async (jobId, options) => provider().poll(jobId, options),
    output: async (jobId, options) => textOf(provider().output(jobId, options)),
    errors: async (jobId, options) => textOf(provider().errors(jobId, options)),
    cancel: async (jobId, options) => provider().cancel(jobId, options),
  };

  test.each(Object.entries(calls))('%s ends as canceled when its signal has fired', async (_, call) => {
    const job = await finishJob(provider(), subject, plainTexts);
    for (const reason of [undefined, new Error('time is up'), 'a reason that is no error']) {
      await expect(call(job.jobId, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ kind: 'Canceled' });
    }
    await expect(call(job.jobId, { signal: new AbortController().signal })).resolves.not.toThrow();
  });
}

function checkNoQueries(provider: CurrentProvider): void {
  test('a text cannot be a query, and the error says so', async () => {
    const embedding = provider().embed(['TOTAL'], {});
    await expect(embedding).rejects.toMatchObject({ kind: 'Invalid', hint: expect.any(String) });
  });
}

function checkQueries(provider: CurrentProvider, { unitVectors = true }: ProviderUnderTest): void {
  test('queries have finite vectors of the right dimension, in their order', async () => {
    const vectors = await provider().embed(plainTexts, {});
    expect(vectors.map((vector) => vector.length)).toEqual(plainTexts.map(() => provider().dimension));
    for (const vector of vectors) {
      const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThan(Infinity);
      if (unitVectors) expect(Math.abs(length - 1)).toBeLessThan(1e-3);
    }
    const [alone] = await provider().embed(plainTexts.slice(-1), {});
    expect(cosine(alone, vectors.at(-1))).toBeGreaterThan(0.999);
    expect(cosine(alone, vectors[0])).toBeLessThan(0.999);
  });

  test('a query is embedded as documents are', async () => {
    const [query] = await provider().embed(plainTexts.slice(0, 1), {});
    const { vectors } = await (await finishJob(provider(), { open: provider }, plainTexts)).answers();
    expect(cosine(query, vectors[0])).toBeGreaterThan(0.999);
  });

  test('no queries have no vectors', async () => {
    await expect(provider().embed([], {})).resolves.toEqual([]);
  });

  test('a query ends as canceled when its signal has fired', async () => {
    await expect(provider().embed(['TOTAL'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'Canceled',
    });
  });
}

function bytesOf(vector: Float32Array | null): string | null {
  return vector === null ? null : Buffer.from(vectorBytes(vector)).toString('hex');
}

function cosine(a: Float32Array | null | undefined, b: Float32Array | null | undefined): number {
  if (!a || !b) return NaN;
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
