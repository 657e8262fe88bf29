import { expect } from 'vitest';
import { parseKey } from '../../src/domain/keys.ts';
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

export type Objects = ReadonlyMap<string, Uint8Array>;

export async function objectsOf(memory: MemoryStore): Promise<Objects> {
  const objects = new Map<string, Uint8Array>();
  for await (const { key } of memory.list('')) objects.set(key, await memory.get(key));
  return objects;
}

export async function storeOf(objects: Objects): Promise<MemoryStore> {
  const memory = new MemoryStore();
  for (const [key, bytes] of objects) await memory.put(key, bytes);
  return memory;
}

/** What every reader of a store answers: its rows, its ledger, its status. */
export async function readAll(memory: MemoryStore): Promise<string> {
  const store = await openOn(memory);
  const rows: unknown[] = [];
  for await (const { vector, content, digest, ...row } of readRows(memory, 'abc')) {
    rows.push({ ...row, vector: [...(vector ?? [])], digest: Buffer.from(digest).toString('hex') });
  }
  return JSON.stringify([rows, await audit(store), await readStatus(store)]);
}

export function asStore(memory: MemoryStore): AlluviumStore {
  return { store: memory, stage: 'dev', url: memory.url };
}

/** The small store, what its readers answer, and the keys that are no hints. */
export interface Rest {
  readonly objects: Objects;
  readonly protectedKeys: readonly string[];
  readonly truth: string;
}

export async function storeAtRest(): Promise<Rest> {
  const memory = await smallStore();
  const objects = await objectsOf(memory);
  expect(await verify(asStore(memory))).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });
  const protectedKeys = [...objects.keys()].filter((key) => parseKey(key)?.class !== 'hint');
  const types = new Set(protectedKeys.map((key) => parseKey(key)?.type));
  for (const type of ['store', 'submission', 'sealed', 'delta', 'segment', 'index', 'dead', 'snapshot', 'outcome']) {
    expect(types).toContain(type);
  }
  return { objects, protectedKeys, truth: await readAll(memory) };
}

/** Found by `verify` under its key; and every reader refuses it by name, or never touches it and answers as before. */
export async function expectFound(
  memory: MemoryStore,
  keys: readonly string[],
  truth: string,
  what: string,
): Promise<void> {
  const damaged = (await verify(asStore(memory))).damaged.map(({ key }) => key);
  if (!keys.some((key) => damaged.includes(key))) {
    expect.fail(`verify did not find ${what}; it names ${damaged.join(', ')}`);
  }
  try {
    if ((await readAll(memory)) !== truth) expect.fail(`a reader believed ${what}`);
  } catch (error) {
    if (!(error instanceof AlluviumError)) throw error;
    const named = String(error.details['key']);
    if (error.kind !== 'Corrupt' || !keys.includes(named)) {
      expect.fail(`a reader of ${what} failed with ${error.kind} ${error.code} ${named}`);
    }
  }
}

/** Every damage of every object, one at a time. Returns how many there were. */
export async function expectEachFound(
  { objects, protectedKeys, truth }: Rest,
  damages: (bytes: Uint8Array) => Generator<Uint8Array>,
  name: string,
): Promise<number> {
  const memory = await storeOf(objects);
  let count = 0;
  for (const key of protectedKeys) {
    const intact = objects.get(key) ?? new Uint8Array();
    for (const bytes of damages(intact)) {
      await memory.put(key, bytes);
      await expectFound(memory, [key], truth, `${name} ${count} of ${key}`);
      count += 1;
    }
    await memory.put(key, intact);
  }
  expect(await readAll(memory)).toBe(truth);
  console.log(`${count} ${name}s of ${protectedKeys.length} objects: all found, none believed`);
  return count;
}
