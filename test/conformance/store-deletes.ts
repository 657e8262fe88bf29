import { expect, test } from 'vitest';
import { type CurrentStore, bytesOf, expectAbsent, expectSameBytes, listKeys } from './store-expectations.ts';

export function checkDeletes(store: CurrentStore): void {
  test('a deleted object is gone, and its neighbours stay', async () => {
    for (const each of ['a', 'a-b', 'a.json', 'ab', 'b/a', 'b/ab']) await store().put(each, bytesOf(each));
    await store().delete('a');
    await store().delete('b/a');
    await expectAbsent(store(), 'a');
    await expectAbsent(store(), 'b/a');
    expect(await listKeys(store())).toEqual(['a-b', 'a.json', 'ab', 'b/ab']);
    expectSameBytes(await store().get('b/ab'), bytesOf('b/ab'));
  });

  test('an absent key is no error', async () => {
    await store().delete('nothing');
    await store().delete('no/such/folder');
    await store().deleteMany(['nothing', 'no/such/folder']);
    expect(await listKeys(store())).toEqual([]);
  });

  test('what keys begin with cannot be deleted', async () => {
    await store().put('folder/object', bytesOf('x'));
    await store().delete('folder');
    await store().deleteMany(['folder', 'folder/obj', 'folder/object/below']);
    expect(await listKeys(store())).toEqual(['folder/object']);
  });

  test('deleteMany takes none, one, or a thousand and more', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `${index % 3}/${index}`);
    for (const each of keys) await store().put(each, bytesOf('x'));
    await store().deleteMany([]);
    expect(await listKeys(store())).toHaveLength(40);
    await store().deleteMany(['0/0']);
    expect(await listKeys(store())).toHaveLength(39);
    const absent = Array.from({ length: 1_100 }, (_, index) => `absent/${index}`);
    await store().deleteMany([...keys.slice(0, 20), ...absent, ...keys.slice(20, 39)]);
    expect(await listKeys(store())).toEqual(['0/39']);
  });

  test('of racing deletes none fails', async () => {
    await store().put('a/b', bytesOf('x'));
    await Promise.all(Array.from({ length: 10 }, async () => store().delete('a/b')));
    await expectAbsent(store(), 'a/b');
  });
}
