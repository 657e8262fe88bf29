import { internal } from '../src/domain/errors.ts';
import { must } from '../src/domain/must.ts';
import {
  type AlluviumStore,
  embedWith,
  ingest,
  type IngestOptions,
  type IngestResult,
  type InputRecord,
  inputLines,
  MemoryStore,
  openOn,
  type Provider,
  readRows,
  type Store,
  submit,
  type SubmitOptions,
  type SubmitResult,
} from '../src/index.ts';
import { FaultyStore } from './faulty-store.ts';

/** A new store in memory, and its driver. */
export async function newStore(): Promise<{ readonly memory: MemoryStore; readonly store: AlluviumStore }> {
  const memory = new MemoryStore();
  return { memory, store: await openOn(memory, { create: true }) };
}

/** The same objects through another driver, such as one that goes wrong. */
export function onDriver(driver: Store): AlluviumStore {
  return { store: driver, stage: 'dev', url: driver.url };
}

/** A copy of every object: a store that goes its own way from here. */
export async function copyOf(store: Store): Promise<MemoryStore> {
  const copy = new MemoryStore();
  for await (const { key } of store.list('')) await copy.put(key, await store.get(key));
  return copy;
}

/** Records that carry their vectors, one batch each unless said otherwise: `a`, `b`, … */
export function givenRecords(ids: string, variant = 0): InputRecord[] {
  return Array.from(ids, (id, n) => ({ id, document: `text of ${id}`, vector: [n + 1, variant + 1] }));
}

export async function handIn(
  store: AlluviumStore,
  records: readonly InputRecord[],
  { collection = 'abc', ...options }: SubmitOptions & { readonly collection?: string } = {},
): Promise<SubmitResult> {
  return submit(store, collection, inputLines(records), { recordsPerBatch: 1, ...options });
}

/** Runs an ingest in this process. */
export async function bringHome(store: AlluviumStore, options: IngestOptions = {}): Promise<IngestResult> {
  return ingest(store, { workers: 0, ...options });
}

/** What an ingest says of its only collection. */
export function onlyCollection({ collections }: IngestResult): IngestResult['collections'][number] {
  if (collections.length !== 1) throw new Error(`${collections.length} collections`);
  return must(collections[0]);
}

/** Seals every batch of `abc` and publishes nothing: the run dies of its first segment, or of its manifest. */
export async function sealOnly(
  memory: MemoryStore,
  unwritable: 'segments' | 'snapshots',
  options?: IngestOptions,
): Promise<void> {
  const refusing = new FaultyStore(memory, {
    put: async (key, forward) => {
      if (key.startsWith(`collections/abc/${unwritable}/`)) throw internal('killed', 'the process died');
      return forward();
    },
  });
  const { outcome } = await bringHome(onDriver(refusing), options);
  if (outcome !== 'Inconclusive') throw new Error(`the run was to be inconclusive, and is ${outcome}`);
}

/** Embeds texts by their length; `unusable` becomes no vector, and of others `fails` may throw. */
export function letters(fails: (text: string) => void = () => undefined): Provider {
  const embedTexts = (texts: readonly string[]): number[][] =>
    texts.map((text) => {
      fails(text);
      return text === 'unusable' ? [0, 0] : [text.length, 1];
    });
  return embedWith(embedTexts, { name: 'letters', model: 'letters-1', dimension: 2 });
}

/** The ids of all live rows, in order, in one word. */
export async function liveIds(store: Store, collection = 'abc'): Promise<string> {
  const ids = await Array.fromAsync(readRows(store, collection), ({ id }) => id);
  return ids.toSorted().join('');
}
