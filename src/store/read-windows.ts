import { createHash } from 'node:crypto';
import type { ObjectRef } from '../domain/fact.ts';
import { limits } from '../domain/limits.ts';
import type { RequestOptions, Store } from './contract.ts';
import { missing } from './facts.ts';

/** Reads an object of `bytes` bytes window by window: memory stays bounded whatever its size. */
async function* readWindows(
  store: Store,
  key: string,
  bytes: number,
  options?: RequestOptions,
): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes; offset += limits.readWindowBytes) {
    yield await store.getRange(key, offset, Math.min(limits.readWindowBytes, bytes - offset), options);
  }
}

/** Which bytes really stand at `key`. `Corrupt` where nothing does. */
export async function measure(store: Store, key: string, options?: RequestOptions): Promise<ObjectRef> {
  const head = await store.head(key, options);
  if (head === null) throw missing(key);
  const hasher = createHash('sha256');
  for await (const window of readWindows(store, key, head.bytes, options)) hasher.update(window);
  return { key, bytes: head.bytes, sha256: hasher.digest('hex') };
}
