import { createHash } from 'node:crypto';
import type { ObjectRef } from '../domain/fact.ts';
import type { RequestOptions, Store } from '../store/contract.ts';

/** A provider's file as it came: kept in the store, and still at hand to be parsed. */
export interface Escrow {
  /** Null for an empty file, which is not kept. */
  readonly object: ObjectRef | null;
  readonly chunks: readonly Uint8Array[];
}

/** Keeps a provider's file, content-addressed, before anything of it is parsed. */
export async function keepEscrow(
  store: Store,
  file: AsyncIterable<Uint8Array>,
  keyOf: (sha256: string) => string,
  options?: RequestOptions,
): Promise<Escrow> {
  const chunks: Uint8Array[] = [];
  const hasher = createHash('sha256');
  let bytes = 0;
  for await (const chunk of file) {
    chunks.push(chunk);
    hasher.update(chunk);
    bytes += chunk.length;
  }
  if (bytes === 0) return { object: null, chunks };
  const sha256 = hasher.digest('hex');
  const key = keyOf(sha256);
  await store.put(key, iterate(chunks), { ...options, ifAbsent: true });
  return { object: { key, bytes, sha256 }, chunks };
}

/** An array as the stream that parsers and stores take. */
export async function* iterate<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
