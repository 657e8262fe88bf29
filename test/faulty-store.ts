import { internal } from '../src/domain/errors.ts';
import type { Body, ListedObject, ObjectHead, PutOptions, RequestOptions, Store } from '../src/store/contract.ts';

type PutResult = 'created' | 'exists';

/** Stands between a store and its user: each hook gets the call, and forwards it, or not, or not as it is. */
export interface Faults {
  readonly put?: (key: string, forward: () => Promise<PutResult>, body: Body) => Promise<PutResult>;
  /** `get` and `getRange` alike. */
  readonly read?: (key: string, forward: () => Promise<Uint8Array>) => Promise<Uint8Array>;
  readonly head?: (key: string, forward: () => Promise<ObjectHead | null>) => Promise<ObjectHead | null>;
  readonly delete?: (key: string, forward: () => Promise<void>) => Promise<void>;
  /** Before any call; of a list, the prefix. A promise holds the call up. */
  readonly any?: (key: string) => unknown;
}

/** A store that goes wrong as it is told to. */
export class FaultyStore implements Store {
  readonly url = 'faulty:';
  readonly #store: Store;
  readonly #faults: Faults;

  constructor(store: Store, faults: Faults) {
    this.#store = store;
    this.#faults = faults;
  }

  async get(key: string, options?: RequestOptions): Promise<Uint8Array> {
    return this.#read(key, async () => this.#store.get(key, options));
  }

  async getRange(key: string, offset: number, length: number, options?: RequestOptions): Promise<Uint8Array> {
    return this.#read(key, async () => this.#store.getRange(key, offset, length, options));
  }

  async head(key: string, options?: RequestOptions): Promise<ObjectHead | null> {
    await this.#faults.any?.(key);
    const forward = async (): Promise<ObjectHead | null> => this.#store.head(key, options);
    return this.#faults.head === undefined ? forward() : this.#faults.head(key, forward);
  }

  async put(key: string, body: Body, options?: PutOptions): Promise<PutResult> {
    await this.#faults.any?.(key);
    const forward = async (): Promise<PutResult> => this.#store.put(key, body, options);
    return this.#faults.put === undefined ? forward() : this.#faults.put(key, forward, body);
  }

  async *list(prefix: string, options?: RequestOptions): AsyncGenerator<ListedObject> {
    await this.#faults.any?.(prefix);
    yield* this.#store.list(prefix, options);
  }

  async delete(key: string, options?: RequestOptions): Promise<void> {
    await this.#faults.any?.(key);
    const forward = async (): Promise<void> => this.#store.delete(key, options);
    return this.#faults.delete === undefined ? forward() : this.#faults.delete(key, forward);
  }

  async deleteMany(keys: readonly string[], options?: RequestOptions): Promise<void> {
    for (const key of keys) await this.delete(key, options);
  }

  async #read(key: string, forward: () => Promise<Uint8Array>): Promise<Uint8Array> {
    await this.#faults.any?.(key);
    return this.#faults.read === undefined ? forward() : this.#faults.read(key, forward);
  }
}

/** How far a process came before it died: the changes it made or tried, and the key of the one that it died at. */
export interface Life {
  changes: number;
  diedAt: string | null;
}

/**
 * What a process sees that dies at the first change of the store, a put or a delete, that is due: by its 0-based number, or by its key. That
 * one, and everything after it, fails. A death `after` the change leaves what it did.
 */
export function dyingAt(due: number | ((key: string) => boolean), moment: 'before' | 'after', life: Life): Faults {
  const die = (): never => {
    // A kind that nobody tries again: whoever is dead waits for nothing.
    throw internal('killed', `the process died ${moment} a change: ${life.diedAt}`);
  };
  const orDie = async <Result>(key: string, forward: () => Promise<Result>): Promise<Result> => {
    if (life.diedAt !== null) return die();
    const isDue = typeof due === 'number' ? life.changes === due : due(key);
    life.changes += 1;
    if (!isDue) return forward();
    life.diedAt = key;
    if (moment === 'after') await forward();
    return die();
  };
  return {
    any: () => (life.diedAt === null ? undefined : die()),
    put: orDie,
    delete: orDie,
  };
}

/** The same bytes but for one bit. */
export function flipped(bytes: Uint8Array, at = bytes.length >> 1): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Every key of a store that begins with `prefix`. */
export async function keysOf(store: Store, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** The only key whose name contains `part`. */
export async function onlyKey(store: Store, part: string): Promise<string> {
  const [key, another] = (await keysOf(store)).filter((name) => name.includes(part));
  if (key === undefined || another !== undefined) throw new Error(`not exactly one key contains ${part}`);
  return key;
}

/** Damages an object where it lies. */
export async function flipAt(store: Store, key: string): Promise<void> {
  await store.put(key, flipped(await store.get(key)));
}
