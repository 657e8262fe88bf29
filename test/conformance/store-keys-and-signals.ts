import { expect, test } from 'vitest';
import type { Store } from '../../src/store/contract.ts';
import { type CurrentStore, bytesOf, expectError, expectSameBytes, listKeys } from './store-expectations.ts';

const badKeys = [
  '',
  '/',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a/..',
  '.hidden',
  'a/.tmp-b',
  'A',
  'a b',
  'a\\b',
  'a\0b',
  'ü',
  'a\n',
  'a:b',
  'a%2fb',
  'x'.repeat(241),
  Array.from({ length: 300 }, () => 'abc').join('/'),
];

/** Every method that takes a key, with its last argument. */
const methods: Record<string, (store: Store, key: string, signal?: AbortSignal) => Promise<unknown>> = {
  get: async (store, key, signal) => store.get(key, { signal }),
  getRange: async (store, key, signal) => store.getRange(key, 0, 0, { signal }),
  head: async (store, key, signal) => store.head(key, { signal }),
  put: async (store, key, signal) => store.put(key, bytesOf('x'), { signal }),
  'put ifAbsent': async (store, key, signal) => store.put(key, bytesOf('x'), { ifAbsent: true, signal }),
  delete: async (store, key, signal) => store.delete(key, { signal }),
  deleteMany: async (store, key, signal) => store.deleteMany(['standing', key], { signal }),
};

export function checkKeysAndSignals(store: CurrentStore): void {
  test.each(Object.entries(methods))('%s refuses what is no key, and does nothing', async (_, call) => {
    await store().put('standing', bytesOf('still'));
    for (const key of badKeys) await expectError(call(store(), key), 'Invalid', 'key-invalid');
    expect(await listKeys(store())).toEqual(['standing']);
    expectSameBytes(await store().get('standing'), bytesOf('still'));
  });

  test('a key may be as long as 1,024 bytes, its parts as long as 240', async () => {
    const part = 'p'.repeat(240);
    const longest = `${part}/${part}/${part}/${part}/${'q'.repeat(60)}`;
    expect(longest).toHaveLength(1_024);
    expect(await store().put(longest, bytesOf('x'), { ifAbsent: true })).toBe('created');
    expectSameBytes(await store().get(longest), bytesOf('x'));
    expect(await listKeys(store())).toEqual([longest]);
    await store().delete(longest);
    expect(await listKeys(store())).toEqual([]);
  });

  test.each(Object.entries(methods))('%s is Canceled by a signal, and does nothing', async (_, call) => {
    await store().put('standing', bytesOf('still'));
    for (const reason of [undefined, new Error('a reason of its own'), 'no error at all']) {
      await expectError(call(store(), 'other', AbortSignal.abort(reason)), 'Canceled');
    }
    expect(await listKeys(store())).toEqual(['standing']);
    expectSameBytes(await store().get('standing'), bytesOf('still'));
  });

  test('a signal that does not fire changes nothing', async () => {
    const { signal } = new AbortController();
    for (const call of Object.values(methods)) {
      await store().put('a', bytesOf('x'), { signal });
      await call(store(), 'a', signal);
    }
    expect(await listKeys(store())).toEqual([]);
  });
}
