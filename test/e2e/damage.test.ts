// Would catch: a byte of the store that nothing protects, a reader that believes a damaged object, a lost object that nobody misses.
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AlluviumError,
  type AlluviumStore,
  audit,
  ingest,
  inputLines,
  MemoryStore,
  openOn,
  readRows,
  readStatus,
  submit,
  verify,
} from '../../src/index.ts';
import { parseKey } from '../../src/domain/keys.ts';

/**
 * A small store at rest, with every class of object that issue A makes: two submissions, a batch each, one of which supersedes a row of
 * the other; two segments, a deletion vector, a snapshot, one concluded execution.
 */
async function smallStore(): Promise<MemoryStore> {
  const memory = new MemoryStore();
  const store = await openOn(memory, { create: true });
  const options = { deltasPerChunk: 1, workers: 0 };
  await submit(
    store,
    'abc',
    inputLines([
      { id: 'a', document: 'x', vector: [1, 2] },
      { id: 'b', vector: [3, 4] },
    ]),
  );
  await submit(store, 'abc', inputLines([{ id: 'a', document: 'y', vector: [5, 6] }]));
  const { outcome } = await ingest(store, options);
  expect(outcome).toBe('Complete');
  return memory;
}

type Objects = ReadonlyMap<string, Uint8Array>;

async function objectsOf(memory: MemoryStore): Promise<Objects> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of memory.list('')) objects.set(key, await memory.get(key));
  return objects;
}

async function storeOf(objects: Objects): Promise<MemoryStore> {
  const memory = new MemoryStore();
  for (const [key, bytes] of objects) await memory.put(key, bytes);
  return memory;
}

/** What every reader of a store answers: its rows, its ledger, its status. */
async function readAll(memory: MemoryStore): Promise<string> {
  const store = await openOn(memory);
  const rows: unknown[] = [];
  for await (const { vector, content, digest, ...row } of readRows(memory, 'abc')) {
    rows.push({ ...row, vector: [...(vector ?? [])], digest: Buffer.from(digest).toString('hex') });
  }
  return JSON.stringify([rows, await audit(store), await readStatus(store)]);
}

function asStore(memory: MemoryStore): AlluviumStore {
  return { store: memory, stage: 'dev', url: memory.url };
}

describe('a small store at rest', () => {
  let objects: Objects;
  let protectedKeys: string[];
  let truth: string;

  beforeAll(async () => {
    const memory = await smallStore();
    objects = await objectsOf(memory);
    protectedKeys = [...objects.keys()].filter((key) => parseKey(key)?.class !== 'hint');
    truth = await readAll(memory);
    expect(await verify(asStore(memory))).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });
    const types = new Set(protectedKeys.map((key) => parseKey(key)?.type));
    for (const type of ['store', 'submission', 'sealed', 'delta', 'segment', 'index', 'dead', 'snapshot', 'outcome']) {
      expect(types).toContain(type);
    }
  });

  /** Found by `verify` under its key; and every reader refuses it by name, or never touches it and answers as before. */
  async function expectFound(memory: MemoryStore, keys: readonly string[], what: string): Promise<void> {
    const damaged = (await verify(asStore(memory))).damaged.map(({ key }) => key);
    if (!keys.some((key) => damaged.includes(key)))
      expect.fail(`verify did not find ${what}; it names ${damaged.join()}`);
    try {
      const answer = await readAll(memory);
      if (answer !== truth) expect.fail(`a reader believed ${what}`);
    } catch (error) {
      if (!(error instanceof AlluviumError)) throw error;
      const named = String(error.details['key']);
      if (error.kind !== 'Corrupt' || !keys.includes(named)) {
        expect.fail(`a reader of ${what} failed with ${error.kind} ${error.code} ${named}`);
      }
    }
  }

  async function expectEachFound(damages: (bytes: Uint8Array) => Generator<Uint8Array>, name: string): Promise<void> {
    const memory = await storeOf(objects);
    let count = 0;
    for (const key of protectedKeys) {
      const intact = objects.get(key) ?? new Uint8Array();
      for (const bytes of damages(intact)) {
        await memory.put(key, bytes);
        await expectFound(memory, [key], `${name} ${count} of ${key}`);
        count += 1;
      }
      await memory.put(key, intact);
    }
    expect(await readAll(memory)).toBe(truth);
    console.log(`${count} ${name}s of ${protectedKeys.length} objects: all found, none believed`);
  }

  test('every single-byte flip is found by verify and refused by readers', { timeout: 400_000 }, async () => {
    await expectEachFound(function* (intact) {
      for (let at = 0; at < intact.length; at++) {
        const bytes = Uint8Array.from(intact);
        bytes[at] = (bytes[at] ?? 0) ^ (1 + ((at * 37) % 255));
        yield bytes;
      }
    }, 'flip');
  });

  test('every truncation is found by verify and refused by readers', { timeout: 400_000 }, async () => {
    await expectEachFound(function* (intact) {
      for (let length = 0; length < intact.length; length++) yield intact.slice(0, length);
    }, 'truncation');
  });

  test('every swap of two objects is found by verify and refused by readers', { timeout: 100_000 }, async () => {
    const memory = await storeOf(objects);
    let count = 0;
    for (const [position, a] of protectedKeys.entries()) {
      for (const b of protectedKeys.slice(position + 1)) {
        const [bytesOfA, bytesOfB] = [objects.get(a) ?? new Uint8Array(), objects.get(b) ?? new Uint8Array()];
        if (Buffer.compare(bytesOfA, bytesOfB) === 0) continue;
        await memory.put(a, bytesOfB);
        await memory.put(b, bytesOfA);
        await expectFound(memory, [a, b], `the swap of ${a} and ${b}`);
        await memory.put(a, bytesOfA);
        await memory.put(b, bytesOfB);
        count += 1;
      }
    }
    console.log(`${count} swaps: all found, none believed`);
  });

  test('a deletion is found, or leaves what a crash can leave: the next ingest gives the same rows and ledger', async () => {
    let found = 0;
    let harmless = 0;
    for (const key of protectedKeys) {
      const memory = await storeOf(new Map([...objects].filter(([other]) => other !== key)));
      const { damaged } = await verify(asStore(memory));
      if (damaged.length > 0) {
        expect(damaged.map((damage) => damage.key)).toContain(key);
        found += 1;
      } else {
        expect((await ingest(asStore(memory), { workers: 0 })).outcome, key).toBe('Complete');
        expect(await readAll(memory), key).toBe(truth);
        harmless += 1;
      }
    }
    console.log(
      `${found} deletions of what a fact names or implies: all found; ${harmless} others: the same rows and ledger`,
    );
    expect(found).toBeGreaterThan(20);
  });
});
