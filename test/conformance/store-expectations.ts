import { expect } from 'vitest';
import type { ErrorKind } from '../../src/domain/errors.ts';
import { AlluviumError, toAlluviumError } from '../../src/domain/errors.ts';
import type { ListedObject, RequestOptions, Store } from '../../src/store/contract.ts';

/** The store of the current test. */
export type CurrentStore = () => Store;

const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes that differ from place to place, so that none can be swapped, lost or repeated unseen. */
export function patternedBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export async function listAll(store: Store, prefix: string, options?: RequestOptions): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const object of store.list(prefix, options)) objects.push(object);
  return objects;
}

export async function listKeys(store: Store, prefix = ''): Promise<string[]> {
  return (await listAll(store, prefix)).map(({ key }) => key);
}

/** Byte by byte equality: on large arrays a thousand times faster than `toEqual`. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}

/** Nobody can tell that there ever was a put. */
export async function expectAbsent(store: Store, key: string): Promise<void> {
  await expectError(store.get(key), 'NotFound');
  await expectError(store.getRange(key, 0, 1), 'NotFound');
  expect(await store.head(key)).toBeNull();
  expect(await listKeys(store, key)).not.toContain(key);
}

export async function expectError(promise: Promise<unknown>, kind: ErrorKind, code?: string): Promise<AlluviumError> {
  const error = await promise.then(
    (value) => {
      throw new Error(`expected ${kind}, got ${typeof value}`);
    },
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AlluviumError);
  const classified = toAlluviumError(error);
  expect(classified).toMatchObject(code === undefined ? { kind } : { kind, code });
  return classified;
}
