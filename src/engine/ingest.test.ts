// Would catch: a run that does not survive the death of a worker, or an interrupt; that is not the same in worker processes as in this one;
// that begins although its settings make no sense.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, keysOf } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, liveIds, newStore, onDriver, onlyCollection } from '../../test/handed-in.ts';
import { readCollection } from '../ledger/read-collections.ts';
import { unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import {
  type AlluviumStore,
  audit,
  embedWith,
  ingest,
  type IngestOptions,
  type MemoryStore,
  openStore,
  readRows,
  verify,
} from '../index.ts';

describe('in this process', () => {
  let memory: MemoryStore;
  let store: AlluviumStore;
  beforeEach(async () => {
    ({ memory, store } = await newStore());
  });

  test.each<IngestOptions>([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { concurrency: limits.mapConcurrencyMax + 1 },
    { deltasPerChunk: 0 },
    { deltasPerChunk: limits.deltasPerChunkMax + 1 },
    { deltasPerChunk: Number.NaN },
    { workers: -1 },
    { workers: limits.workersMax + 1 },
  ])('%j is out of range, and nothing is begun', async (options) => {
    const before = await keysOf(memory);
    await expect(ingest(store, options)).rejects.toMatchObject({
      kind: 'Invalid',
      code: 'setting-range',
      details: { name: Object.keys(options)[0] },
    });
    expect(await keysOf(memory)).toEqual(before);
  });

  test('a collection that does not exist is not found, and nothing is begun', async () => {
    await handIn(store, givenRecords('a'));
    const before = await keysOf(memory);
    await expect(bringHome(store, { collections: ['abc', 'nobody'] })).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'collection-absent',
      hint: expect.stringContaining('abc'),
    });
    expect(await keysOf(memory)).toEqual(before);
  });

  test('an interrupt ends it as canceled wherever it comes, and the next run completes', async () => {
    const types = [
      'ExecutionStarted',
      'BatchesListed',
      'BatchSealed',
      'ChunksPlanned',
      'ChunkCompacted',
      'SnapshotPublished',
    ];
    for (const type of types) {
      const fresh = await newStore();
      await handIn(fresh.store, givenRecords('abcd'));
      const controller = new AbortController();
      const interrupted = bringHome(fresh.store, {
        concurrency: 1,
        deltasPerChunk: 2,
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === type) controller.abort();
        },
      });
      await expect(interrupted, type).rejects.toMatchObject({ kind: 'Canceled', code: 'interrupted' });
      expect(await audit(fresh.store), type).toMatchObject({ balanced: true });
      expect((await bringHome(fresh.store)).outcome, type).toBe('Complete');
      expect(await liveIds(fresh.memory), type).toBe('abcd');
      expect(await verify(fresh.store), type).toMatchObject({ damaged: [] });
    }
  });

  test('an interrupt is not kept waiting by a provider that takes no notice', async () => {
    const controller = new AbortController();
    const deaf = embedWith(
      async () => {
        controller.abort();
        return new Promise<never>(() => undefined);
      },
      { name: 'deaf', model: 'm', dimension: 2 },
    );
    await handIn(store, [{ id: 'a', document: 'x' }], { provider: 'deaf', providers: [deaf] });
    const { signal } = controller;
    await expect(bringHome(store, { providers: [deaf], signal })).rejects.toMatchObject({ kind: 'Canceled' });
  });

  test('a hint that cannot be removed does not undo what was done; a later run removes it', async () => {
    await handIn(store, givenRecords('ab'));
    const clinging = new FaultyStore(memory, {
      delete: async (key, forward) => {
        if (key.startsWith('running/')) throw unavailable('timeout', 'no answer');
        return forward();
      },
    });
    expect(onlyCollection(await bringHome(onDriver(clinging)))).toMatchObject({ outcome: 'Complete', published: 2 });
    expect(await keysOf(memory, 'running/')).toHaveLength(1);
    expect(onlyCollection(await bringHome(store, { takeoverAfterMs: 0 }))).toMatchObject({ published: 0, version: 1 });
    expect(await keysOf(memory, 'running/')).toEqual([]);
  });

  test('a signal that has fired already begins nothing', async () => {
    await handIn(store, givenRecords('a'));
    const before = await keysOf(memory);
    await expect(bringHome(store, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'Canceled' });
    expect(await keysOf(memory)).toEqual(before);
  });
});

/** Embeds in whatever process loads it, which its first component tells. A text `deadly` kills that process, once. */
const configuration = `
import { existsSync, writeFileSync } from 'node:fs';
import { embedWith } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};

const grave = new URL('./grave', import.meta.url);

function embed(texts) {
  if (texts.includes('deadly') && !existsSync(grave)) {
    writeFileSync(grave, String(process.pid));
    process.kill(process.pid, 'SIGKILL');
  }
  return texts.map(() => [process.pid, 1]);
}

export default { providers: [embedWith(embed, { name: 'pids', model: 'pids-1', dimension: 2 })] };
`;

describe('in worker processes', () => {
  let folder = '';
  let store: AlluviumStore;
  let configPath = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alluvium-workers-'));
    configPath = join(folder, 'alluvium.config.ts');
    await writeFile(configPath, configuration);
    store = await openStore(join(folder, 'store'), { create: true });
  });
  afterAll(async () => rm(folder, { recursive: true }));

  async function handInTexts(collection: string, ...documents: readonly string[]): Promise<void> {
    const pids = embedWith(() => [], { name: 'pids', model: 'pids-1', dimension: 2 });
    const records = documents.map((document, n) => ({ id: `${n}`, document }));
    await handIn(store, records, { collection, provider: 'pids', providers: [pids] });
  }

  async function pidsOf(collection: string): Promise<number[]> {
    return Array.fromAsync(readRows(store.store, collection), ({ vector }) => vector?.[0] ?? 0);
  }

  test('steps run there, and a worker that dies costs nothing but time', async () => {
    await handInTexts('mortal', 'one', 'deadly', 'three');
    const result = await ingest(store, { collections: ['mortal'], workers: 2, configPath });
    expect(onlyCollection(result)).toMatchObject({ outcome: 'Complete', published: 3, pending: 0 });
    const pids = await pidsOf('mortal');
    expect(pids).toHaveLength(3);
    expect(pids).not.toContain(process.pid);
    // One of them died of it.
    expect(Number(await readFile(join(folder, 'grave'), 'utf8'))).not.toBe(process.pid);
    expect(await audit(store)).toMatchObject({ balanced: true });
  });

  test('an interrupt ends them too, and the next run completes', async () => {
    await handInTexts('patient', 'one', 'two', 'three', 'four');
    const controller = new AbortController();
    const interrupted = ingest(store, {
      collections: ['patient'],
      workers: 1,
      configPath,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'BatchSealed') controller.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ kind: 'Canceled' });
    const result = await ingest(store, { collections: ['patient'], workers: 1, configPath });
    expect(onlyCollection(result)).toMatchObject({ outcome: 'Complete', pending: 0 });
    expect(await pidsOf('patient')).toHaveLength(4);
    expect(await verify(store)).toMatchObject({ damaged: [] });
  });

  test('a provider that is a function of this process is called here, and the rest runs there', async () => {
    const here = embedWith((texts) => texts.map(() => [process.pid, 1]), { name: 'here', model: 'm', dimension: 2 });
    const records = ['one', 'two'].map((document) => ({ id: document, document }));
    await handIn(store, records, { collection: 'local-calls', provider: 'here', providers: [here] });
    const result = await ingest(store, { collections: ['local-calls'], workers: 1, providers: [here] });
    expect(onlyCollection(result)).toMatchObject({ outcome: 'Complete', published: 2 });
    expect(await pidsOf('local-calls')).toEqual([process.pid, process.pid]);
    expect((await readCollection(store.store, 'local-calls')).fact.provider).toBe('here');
  });
});
