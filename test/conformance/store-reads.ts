import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CurrentStore,
  bytesOf,
  expectAbsent,
  expectError,
  expectSameBytes,
  patternedBytes,
} from './store-expectations.ts';

export function checkReads(store: CurrentStore): void {
  test('the store has a name for messages', () => {
    expect(store().url).not.toBe('');
  });

  test('an absent key is NotFound where an object is needed, and null for head', async () => {
    await expectAbsent(store(), 'nothing');
    await expectAbsent(store(), 'no/such/folder');
  });

  test('what keys begin with is no object', async () => {
    await store().put('folder/object', bytesOf('x'));
    await expectAbsent(store(), 'folder');
    await expectAbsent(store(), 'folder/obj');
    await expectAbsent(store(), 'folder/object/below');
  });

  test('get and head give what was put', async () => {
    const bytes = patternedBytes(100_000);
    await store().put('a/b', bytes);
    expectSameBytes(await store().get('a/b'), bytes);
    expect(await store().head('a/b')).toEqual({ bytes: 100_000 });
  });

  test('an empty object is an object', async () => {
    await store().put('empty', new Uint8Array());
    expectSameBytes(await store().get('empty'), new Uint8Array());
    expectSameBytes(await store().getRange('empty', 0, 0), new Uint8Array());
    expect(await store().head('empty')).toEqual({ bytes: 0 });
  });

  test('neither the writer nor a reader holds the bytes of the store', async () => {
    const written = bytesOf('original');
    await store().put('a', written);
    written.fill(0);
    const read = await store().get('a');
    expectSameBytes(read, bytesOf('original'));
    read.fill(0);
    (await store().getRange('a', 0, 8)).fill(0);
    expectSameBytes(await store().get('a'), bytesOf('original'));
  });

  test('getRange gives exactly the bytes asked for, or says that the object is too short', async () => {
    const size = 3_000;
    const bytes = patternedBytes(size);
    await store().put('a', bytes);
    const range = fc.tuple(fc.integer({ min: 0, max: size + 100 }), fc.integer({ min: 0, max: size + 100 }));
    await fc.assert(
      fc.asyncProperty(range, async ([offset, length]) => {
        const reading = store().getRange('a', offset, length);
        if (offset + length > size) await expectError(reading, 'Corrupt', 'object-too-short');
        else expectSameBytes(await reading, bytes.slice(offset, offset + length));
      }),
      { examples: [[[0, size]], [[0, 0]], [[size, 0]], [[size, 1]], [[0, size + 1]], [[size - 1, 1]]], numRuns: 60 },
    );
  });

  test('a range that is none is Invalid', async () => {
    await store().put('a', bytesOf('abc'));
    for (const [offset, length] of [
      [-1, 1],
      [0, -1],
      [0.5, 1],
      [0, Number.NaN],
      [0, Infinity],
    ] as const) {
      await expectError(store().getRange('a', offset, length), 'Invalid', 'range-invalid');
    }
  });

  test('a range in the middle of a big object', async () => {
    const bytes = patternedBytes(5 * 1024 * 1024);
    await store().put('big', bytes);
    expectSameBytes(
      await store().getRange('big', 4 * 1024 * 1024 - 7, 1024 * 1024),
      bytes.slice(4 * 1024 * 1024 - 7, 5 * 1024 * 1024 - 7),
    );
    expectSameBytes(await store().get('big'), bytes);
  });
}
