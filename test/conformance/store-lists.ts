import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CurrentStore, bytesOf, expectError, listAll, listKeys } from './store-expectations.ts';

/** Names around `/` in the order of bytes: `-` and `.` come before it, digits and letters after. */
const name = fc.constantFrom('a', 'a-', 'a.', 'a.json', 'a0', 'a_', 'ab', 'b', '-', '_', '0');
const key = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const keys = fc.uniqueArray(key, { maxLength: 14 }).map(withoutFolders);

export function checkLists(store: CurrentStore): void {
  test('a store without objects lists none', async () => {
    expect(await listAll(store(), '')).toEqual([]);
    expect(await listAll(store(), 'any/thing')).toEqual([]);
  });

  test('keys come in the order of their bytes, across folders', async () => {
    const sorted = ['a-b/z', 'a.json', 'a/b', 'a/b.json', 'a/c/d', 'a0', 'ab', 'b/a', 'b_'];
    for (const each of sorted.toReversed()) await store().put(each, bytesOf(each));
    expect(await listAll(store(), '')).toEqual(sorted.map((each) => ({ key: each, bytes: each.length })));
  });

  test('a prefix is any string', async () => {
    const lines = ['collections/lines/a', 'collections/lines/b/c', 'collections/list.json'];
    for (const each of [...lines, 'collections/words/a', 'collection']) await store().put(each, bytesOf('x'));
    expect(await listKeys(store(), 'collections/li')).toEqual(lines);
    expect(await listKeys(store(), 'collections/lines')).toEqual(lines.slice(0, 2));
    expect(await listKeys(store(), 'collections/lines/')).toEqual(lines.slice(0, 2));
    expect(await listKeys(store(), 'collections/lines/b/c')).toEqual(['collections/lines/b/c']);
    expect(await listKeys(store(), 'collections/lines/b/c/')).toEqual([]);
    expect(await listKeys(store(), 'collection')).toHaveLength(5);
    for (const none of [
      '/',
      './',
      '../',
      'collections//',
      'COLLECTIONS',
      'ü',
      '\0',
      'collections/lines/../',
      '.tmp-',
    ]) {
      expect(await listKeys(store(), none)).toEqual([]);
    }
  });

  test('a list is what a sorted array of the keys would give', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        keys,
        fc.array(fc.string({ unit: fc.constantFrom('a', '-', '.', '/', '0', 'b') })),
        async (put, tried) => {
          const folder = `run-${run++}/`;
          const model = put.map((each) => folder + each).toSorted();
          await Promise.all(model.map(async (each) => store().put(each, bytesOf(each))));
          const prefixes = [...tried, ...put.map((each) => each.slice(0, -1)), ...put, ''].map((each) => folder + each);
          for (const prefix of prefixes) {
            const expected = model.filter((each) => each.startsWith(prefix));
            expect(await listAll(store(), prefix)).toEqual(expected.map((each) => ({ key: each, bytes: each.length })));
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  test('more objects than a page holds', async () => {
    const many = Array.from({ length: 1_050 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let start = 0; start < many.length; start += 50) {
      await Promise.all(many.slice(start, start + 50).map(async (each) => store().put(each, bytesOf('x'))));
    }
    expect(await listKeys(store(), 'many/')).toEqual(many);
    expect(await listKeys(store(), 'many/010')).toEqual(many.slice(1_000));
  }, 60_000);

  test('a caller may stop listing', async () => {
    for (const each of ['a/1', 'a/2', 'b/1']) await store().put(each, bytesOf('x'));
    for await (const object of store().list('')) {
      expect(object).toEqual({ key: 'a/1', bytes: 1 });
      break;
    }
    expect(await listKeys(store(), 'a')).toEqual(['a/1', 'a/2']);
  });

  test('objects that exist throughout are listed while others come, go and are replaced', async () => {
    const stay = Array.from({ length: 30 }, (_, index) => `${index % 5}/stay-${index}`).toSorted();
    for (const each of stay) await store().put(each, bytesOf('stay'));
    const listed = new AbortController();
    const churn = async (writer: number) => {
      for (let round = 0; !listed.signal.aborted; round++) {
        const passing = `${round % 5}/pass-${writer}`;
        await store().put(passing, bytesOf('pass'));
        await store().put(stay[round % stay.length] ?? '', bytesOf('stay'));
        await store().delete(passing);
      }
    };
    const lists = async () => {
      for (let round = 0; round < 40; round++) {
        const objects = await listAll(store(), '');
        expect(objects.map((each) => each.key).toSorted()).toEqual(objects.map((each) => each.key));
        expect(objects.filter((each) => each.key.includes('stay')).map((each) => each.key)).toEqual(stay);
        expect(objects.every((each) => each.bytes === 4)).toBe(true);
      }
      listed.abort();
    };
    await Promise.all([churn(0), churn(1), lists()]);
  }, 30_000);

  test('what is deleted while it is being listed is no error', async () => {
    const all = Array.from({ length: 40 }, (_, index) => `${index % 4}/${index}`).toSorted();
    for (const each of all) await store().put(each, bytesOf('x'));
    const seen: string[] = [];
    for await (const object of store().list('')) {
      seen.push(object.key);
      if (seen.length === 1) await store().deleteMany(all.filter((each) => !each.startsWith('3/')));
    }
    expect(seen.filter((each) => each.startsWith('3/'))).toEqual(all.filter((each) => each.startsWith('3/')));
  });

  test('a list can be interrupted', async () => {
    await store().put('a', bytesOf('x'));
    await expectError(listAll(store(), '', { signal: AbortSignal.abort() }), 'Canceled');
  });
}

/** On a file system no key can be the folder of another, so that no contract promises it. */
function withoutFolders(all: readonly string[]): readonly string[] {
  return all.filter((each) => !all.some((other) => other.startsWith(`${each}/`)));
}
