// Would catch: a vector that is changed anywhere between hand-in and snapshot, a record that gets another one's vector, or loses its own.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audit, embedWith, query, readRows, type Store, verify } from '../../src/index.ts';
import { embedText } from '../../src/provider/ngram-embedder.ts';
import { readCollection } from '../../src/ledger/read-collections.ts';
import { bringHome, handIn, newStore, onlyCollection } from '../handed-in.ts';

/** Bits of every live vector, by id. */
async function bitsOf(store: Store): Promise<Map<string, string>> {
  const rows = await Array.fromAsync(readRows(store, 'abc'), ({ id, vector }) => [id, bits(vector ?? [])] as const);
  return new Map(rows);
}

function bits(vector: Float32Array | readonly number[]): string {
  const floats = Float32Array.from(vector);
  return Buffer.from(floats.buffer).toString('hex');
}

/** Every float32 but NaN and the infinities: negative zero, subnormals, the largest. */
const component = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyVector = fc
  .array(component, { minLength: 3, maxLength: 3 })
  .filter((vector) => vector.some((value) => value !== 0));

test('given vectors are published bit by bit as they were handed in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyVector, { minLength: 1, maxLength: 12 }), fc.boolean(), async (vectors, asFloats) => {
      const { memory, store } = await newStore();
      const records = vectors.map((vector, n) => ({
        id: `r${n}`,
        vector: asFloats ? Float32Array.from(vector) : vector,
      }));
      await handIn(store, records, { recordsPerBatch: 5 });
      expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: vectors.length });
      expect(await bitsOf(memory)).toEqual(new Map(vectors.map((vector, n) => [`r${n}`, bits(vector)])));
    }),
    { numRuns: 10 },
  );
});

test('a hand-in of texts, some with a vector of their own: those keep it, the others are embedded', async () => {
  const { memory, store } = await newStore();
  const dimension = 8;
  const own = [1, 2, 3, 4, 5, 6, 7, -0];
  const records = [
    { id: 'text', document: 'TOTAL AMOUNT 12.90' },
    { id: 'both', document: 'TOTAL AMOUNT 12.90', vector: own },
    { id: 'vector', vector: own },
    { id: 'other text', document: 'thank you, come again' },
  ];
  const { batches } = await handIn(store, records, { provider: 'local', dimension, recordsPerBatch: 10 });
  expect(batches).toBe(2);
  expect(onlyCollection(await bringHome(store))).toMatchObject({ outcome: 'Complete', published: 4, residue: 0 });
  expect(await bitsOf(memory)).toEqual(
    new Map([
      ['text', bits(embedText('TOTAL AMOUNT 12.90', dimension))],
      ['both', bits(own)],
      ['vector', bits(own)],
      ['other text', bits(embedText('thank you, come again', dimension))],
    ]),
  );
  expect(await verify(store)).toMatchObject({ damaged: [] });
  // A vector of one's own is part of the content: the same text without it is another record.
  const again = await handIn(store, records, { recordsPerBatch: 10 });
  expect(again).toMatchObject({ records: 0, skipped: 4, sequence: null });
  expect(await handIn(store, [{ id: 'both', document: 'TOTAL AMOUNT 12.90' }])).toMatchObject({ records: 1 });
});

describe('a function of one’s own', () => {
  /** Two components: how long the text is, and its first character. */
  const shape = (text: string): number[] => [text.length, text.codePointAt(0) ?? 0];
  const documents = Array.from({ length: 25 }, (_, n) => 'x'.repeat(n + 1));

  test('embeds every text once, in calls of at most as many as it takes, and each record gets its own vector', async () => {
    const calls: number[] = [];
    const mine = embedWith(
      async (texts, { signal }) => {
        expect(signal).toBeInstanceOf(AbortSignal);
        calls.push(texts.length);
        return texts.map(shape);
      },
      { name: 'mine', model: 'shape-1', dimension: 2, textsPerCall: 4 },
    );
    const { memory, store } = await newStore();
    const records = documents.map((document, n) => ({ id: `r${n}`, document }));
    await handIn(store, records, { provider: 'mine', metric: 'l2', providers: [mine], recordsPerBatch: 10 });
    expect((await readCollection(memory, 'abc')).fact).toMatchObject({
      provider: 'mine',
      model: 'shape-1',
      dimension: 2,
    });

    const published = onlyCollection(await bringHome(store, { providers: [mine] }));
    expect(published).toMatchObject({ outcome: 'Complete', published: 25, batches: 3 });
    expect(calls.reduce((sum, texts) => sum + texts, 0)).toBe(25);
    expect(Math.max(...calls)).toBe(4);
    expect(await bitsOf(memory)).toEqual(new Map(documents.map((text, n) => [`r${n}`, bits(shape(text))])));
    expect(await audit(store)).toMatchObject({ balanced: true });

    const { results } = await query(store, { collection: 'abc', text: 'xxxxx', k: 1, providers: [mine] });
    expect(results).toMatchObject([{ id: 'r4', document: 'xxxxx', score: -0 }]);
  });

  test('of another dimension than it says makes residue, which names the reason', async () => {
    const lying = embedWith((texts) => texts.map(() => [1, 2, 3]), { name: 'lying', model: 'm', dimension: 2 });
    const { store } = await newStore();
    await handIn(store, [{ id: 'a', document: 'x' }], { provider: 'lying', providers: [lying] });
    const result = onlyCollection(await bringHome(store, { providers: [lying] }));
    expect(result).toMatchObject({ outcome: 'CompleteWithQuarantine', published: 0, residue: 1 });
  });
});
