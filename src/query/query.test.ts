// Would catch: a query that finds the wrong rows, superseded ones, or none; that says "nothing" where nothing was asked properly.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeRow } from '../../test/any-rows.ts';
import { flipAt, keysOf, onlyKey } from '../../test/faulty-store.ts';
import { collection, createCollection, publishRows, rowOf, space } from '../../test/sealed-deltas.ts';
import type { Metric } from '../domain/facts.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { embedWith } from '../provider/embed-with.ts';
import { MemoryStore } from '../store/memory.ts';
import { type AlluviumStore, openOn } from '../store/open-store.ts';
import { query, type QueryOptions } from './query.ts';
import { readRows } from './read-rows.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  memory = new MemoryStore();
  store = await openOn(memory, { create: true });
});

async function idsOf(options: Omit<QueryOptions, 'collection'>): Promise<string[]> {
  return (await query(store, { collection, ...options })).results.map(({ id }) => id);
}

function row(id: string, vector: readonly [number, number], metadata: string | null = null, sequence = 1): Row {
  return makeRow(
    { id, document: `text of ${id}`, metadata, sequence, line: 1, vector: Float32Array.from(vector) },
    space,
  );
}

describe('scores', () => {
  const scoreOf: Record<Metric, (a: readonly number[], b: readonly number[]) => number> = {
    dot: (a, b) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0),
    cosine: (a, b) => scoreOf.dot(a, b) / (Math.hypot(...a) * Math.hypot(...b)),
    l2: (a, b) => -Math.hypot(...a.map((value, at) => value - (b[at] ?? 0))),
  };
  const component = fc.integer({ min: -3, max: 3 });
  const anyVector = fc.tuple(component, component).filter(([x, y]) => x !== 0 || y !== 0);
  const anyVersions = fc.array(
    fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '～', '😀'), anyVector), { maxLength: 8 }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );

  test.each(['cosine', 'dot', 'l2'] as const)(
    '%s: the k nearest live rows, as a comparison with every one finds them',
    async (metric) => {
      await fc.assert(
        fc.asyncProperty(anyVersions, anyVector, fc.integer({ min: 1, max: 12 }), async (versions, vector, k) => {
          const fresh = new MemoryStore();
          const opened = await openOn(fresh, { create: true });
          await createCollection(fresh, { metric });
          const live = new Map<string, readonly [number, number]>();
          for (const [n, entries] of versions.entries()) {
            const latest = new Map(entries);
            await publishRows(
              fresh,
              [...latest].map(([id, at]) => row(id, at, null, n + 1)),
            );
            for (const [id, at] of latest) live.set(id, at);
          }
          const scores = new Map([...live].map(([id, at]) => [id, scoreOf[metric](vector, at).toFixed(6)]));
          const nearest = [...scores.values()].toSorted((one, other) => Number(other) - Number(one)).slice(0, k);
          const { results } = await query(opened, { collection, vector, k });
          // The best scores, each that of its own row, and no row twice.
          expect(results.map(({ score }) => Number(score.toFixed(6)))).toEqual(nearest.map(Number));
          for (const { id, score } of results) expect(Number(score.toFixed(6)), id).toBe(Number(scores.get(id)));
          expect(new Set(results.map(({ id }) => id)).size).toBe(results.length);
        }),
        { numRuns: 40 },
      );
    },
  );

  test('equal scores come in the order of ids, by their bytes', async () => {
    await createCollection(memory);
    await publishRows(
      memory,
      ['😀', '～', 'b', 'a'].map((id) => row(id, [1, 2])),
    );
    expect(await idsOf({ vector: [1, 2] })).toEqual(['a', 'b', '～', '😀']);
    expect(await idsOf({ vector: [1, 2], k: 3 })).toEqual(['a', 'b', '～']);
  });

  test('a hit shows what was handed in', async () => {
    await createCollection(memory);
    await publishRows(memory, [row('a', [3, 4], '{"page":7,"tags":["x"]}')]);
    expect(await query(store, { collection, vector: [3, 4] })).toEqual({
      collection,
      version: 1,
      results: [{ id: 'a', score: 1, document: 'text of a', metadata: { page: 7, tags: ['x'] } }],
    });
  });
});

describe('what is asked for', () => {
  beforeEach(async () => {
    await createCollection(memory);
    const old = [row('a', [1, 0], '{"kind":"x","n":1}'), row('b', [1, 1], '{"kind":"y","n":"1"}')];
    await publishRows(memory, old);
    await publishRows(memory, [row('c', [0, 1], null, 2), row('b', [0, 1], '{"kind":"x","n":{"deep":[1,2]}}', 2)]);
  });

  test('k bounds the results, ten if nothing is said; there may be fewer', async () => {
    expect(await idsOf({ vector: [1, 0], k: 1 })).toEqual(['a']);
    expect(await idsOf({ vector: [1, 0] })).toHaveLength(3);
    await publishRows(
      memory,
      Array.from({ length: 20 }, (_, n) => row(`r${n}`, [1, n], null, 3)),
    );
    expect(await idsOf({ vector: [1, 0] })).toHaveLength(10);
    for (const k of [0, -1, 1.5, Number.NaN, limits.queryResultsMax + 1]) {
      await expect(idsOf({ vector: [1, 0], k })).rejects.toMatchObject({ kind: 'Invalid', code: 'query-k' });
    }
  });

  test('a version shows the rows that were live then', async () => {
    expect(await idsOf({ vector: [1, 0], version: 1 })).toEqual(['a', 'b']);
    const { version, results } = await query(store, { collection, vector: [1, 1], version: 1, k: 1 });
    expect({ version, results }).toMatchObject({ version: 1, results: [{ id: 'b', metadata: { kind: 'y' } }] });
    await expect(idsOf({ vector: [1, 0], version: 3 })).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'version-absent',
    });
    const ids = [];
    for await (const { id } of readRows(memory, collection, { version: 1 })) ids.push(id);
    expect(ids).toEqual(['a', 'b']);
  });

  test.each<[Record<string, unknown>, string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ kind: 'x' }, ['a', 'b']],
    [{ kind: 'x', n: 1 }, ['a']],
    [{ n: '1' }, []],
    [{ n: { deep: [1, 2] } }, ['b']],
    [{ n: { deep: [2, 1] } }, []],
    [{ kind: 'y' }, []],
    [{ absent: null }, []],
    [{ toString: 'x' }, []],
  ])('where %j finds the live rows whose metadata has all of it', async (where, ids) => {
    expect((await idsOf({ vector: [1, 0], where })).toSorted()).toEqual(ids);
  });

  test.each<[Omit<QueryOptions, 'collection'>, string]>([
    [{}, 'query-input'],
    [{ text: 'x', vector: [1, 0] }, 'query-input'],
    [{ vector: [1, 0, 0] }, 'query-vector'],
    [{ vector: [0, 0] }, 'query-vector'],
    [{ vector: [1, Number.NaN] }, 'query-vector'],
    [{ text: 'x' }, 'query-needs-vector'],
  ])('%j cannot be answered: %s', async (options, code) => {
    await expect(idsOf(options)).rejects.toMatchObject({ kind: 'Invalid', code });
  });

  test('vectors of either kind of array give the same answer', async () => {
    const asked = { collection, k: 3 };
    expect(await query(store, { ...asked, vector: Float32Array.of(1, 2) })).toEqual(
      await query(store, { ...asked, vector: [1, 2] }),
    );
  });

  test('damage is named, and a signal ends it', async () => {
    await expect(idsOf({ vector: [1, 0], signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'Canceled' });
    const key = await onlyKey(memory, '.dead/');
    await flipAt(memory, key);
    await expect(idsOf({ vector: [1, 0] })).rejects.toMatchObject({ kind: 'Corrupt', details: { key } });
  });
});

test('a text is embedded by the provider of the collection', async () => {
  const mine = embedWith((texts) => texts.map((text) => [text.length, 1]), { name: 'mine', ...space });
  await createCollection(memory, { provider: 'mine', metric: 'l2' });
  await publishRows(memory, [row('short', [1, 1]), row('long', [9, 1])]);
  expect(await idsOf({ text: 'nine char', k: 1, providers: [mine] })).toEqual(['long']);
  expect(await idsOf({ text: '1', k: 1, providers: [mine] })).toEqual(['short']);
  await expect(idsOf({ text: '1' })).rejects.toMatchObject({ kind: 'NotFound', code: 'provider-unknown' });
});

test('a collection without a version, and one that does not exist, say what to do', async () => {
  await createCollection(memory);
  await expect(idsOf({ vector: [1, 0] })).rejects.toMatchObject({
    kind: 'NotFound',
    code: 'nothing-published',
    hint: expect.stringContaining('alluvium ingest'),
  });
  await expect(query(store, { collection: 'abd', vector: [1, 0] })).rejects.toMatchObject({
    kind: 'NotFound',
    code: 'collection-absent',
    hint: expect.stringContaining('abc'),
  });
});

test('a segment that is hidden altogether is not even read', async () => {
  await createCollection(memory);
  await publishRows(memory, [rowOf('a', 1)]);
  const hidden = (await keysOf(memory, 'collections/abc/segments/')).find((key) => key.endsWith('.arrow'));
  await publishRows(memory, [rowOf('a', 2)]);
  await memory.delete(must(hidden));
  expect(await idsOf({ vector: [1, 1] })).toEqual(['a']);
});
