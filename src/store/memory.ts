import { corrupt } from '../domain/errors.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import type { Body, ListedObject, ObjectHead, PutOptions, RequestOptions, Store } from './contract.ts';
import { objectAbsent } from './errno.ts';
import { assertObjectKey, assertRange } from './object-key.ts';

/**
 * A store that lives as long as its process: for tests and examples.
 *
 * Bytes are copied in and out, so that nobody holds what the store holds.
 */
export class MemoryStore implements Store {
  readonly url = 'memory:';
  readonly #objects = new Map<string, Uint8Array>();
  /** The keys in order; null after a key came or went. */
  #keys: readonly string[] | null = [];

  async get(key: string, { signal }: RequestOptions = {}): Promise<Uint8Array> {
    return this.#require(key, signal).slice();
  }

  async getRange(key: string, offset: number, length: number, { signal }: RequestOptions = {}): Promise<Uint8Array> {
    assertRange(key, offset, length);
    const bytes = this.#require(key, signal);
    if (offset + length > bytes.length) throw corrupt('object-too-short', key, offset + length, bytes.length);
    return bytes.slice(offset, offset + length);
  }

  async head(key: string, { signal }: RequestOptions = {}): Promise<ObjectHead | null> {
    const bytes = this.#find(key, signal);
    return bytes === undefined ? null : { bytes: bytes.length };
  }

  async put(key: string, body: Body, { ifAbsent = false, signal }: PutOptions = {}): Promise<'created' | 'exists'> {
    assertObjectKey(key);
    throwIfCanceled(signal);
    const bytes = body instanceof Uint8Array ? new Uint8Array(body) : await collect(body, signal);
    const known = this.#objects.has(key);
    if (known && ifAbsent) return 'exists';
    this.#objects.set(key, bytes);
    if (!known) this.#keys = null;
    return 'created';
  }

  async *list(prefix: string, { signal }: RequestOptions = {}): AsyncGenerator<ListedObject> {
    const keys = this.#sortedKeys();
    for (let index = firstAtOrAfter(keys, prefix); index < keys.length; index++) {
      throwIfCanceled(signal);
      const key = keys[index] ?? '';
      if (!key.startsWith(prefix)) return;
      const bytes = this.#objects.get(key);
      if (bytes !== undefined) yield { key, bytes: bytes.length };
    }
  }

  async delete(key: string, { signal }: RequestOptions = {}): Promise<void> {
    assertObjectKey(key);
    throwIfCanceled(signal);
    if (this.#objects.delete(key)) this.#keys = null;
  }

  async deleteMany(keys: readonly string[], options: RequestOptions = {}): Promise<void> {
    for (const key of keys) assertObjectKey(key);
    for (const key of keys) await this.delete(key, options);
  }

  #find(key: string, signal: AbortSignal | undefined): Uint8Array | undefined {
    assertObjectKey(key);
    throwIfCanceled(signal);
    return this.#objects.get(key);
  }

  #require(key: string, signal: AbortSignal | undefined): Uint8Array {
    const bytes = this.#find(key, signal);
    if (bytes === undefined) throw objectAbsent(key);
    return bytes;
  }

  /** Keys are ASCII, so that the order of JavaScript's strings is the order of their bytes. */
  #sortedKeys(): readonly string[] {
    this.#keys ??= [...this.#objects.keys()].toSorted();
    return this.#keys;
  }
}

async function collect(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    throwIfCanceled(signal);
    chunks.push(new Uint8Array(chunk));
    total += chunk.length;
  }
  throwIfCanceled(signal);
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Binary search: the index of the first key that is not below `prefix`. */
function firstAtOrAfter(keys: readonly string[], prefix: string): number {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((keys[middle] ?? '') < prefix) from = middle + 1;
    else to = middle;
  }
  return from;
}
