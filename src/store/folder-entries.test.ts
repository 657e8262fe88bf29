// The bug it would catch: names lost or repeated where a folder does not fit into one page, or in another order than keys.
import * as fc from 'fast-check';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderEntries } from './folder-entries.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alluvium-entries-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function entries(path: string, prefix = '', pageMax = 1_000): Promise<string[]> {
  const pages: (readonly string[])[] = [];
  for await (const page of folderEntries(path, prefix, pageMax)) pages.push(page);
  expect(pages.filter((page) => page.length > pageMax)).toEqual([]);
  return pages.flat();
}

test('whatever the page, all names come once, in order', async () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '0'), minLength: 1, maxLength: 4 });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name.filter((each) => !each.startsWith('.'))),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom('', 'a', 'a/', 'b-', '0'),
      async (names, pageMax, prefix) => {
        const path = join(folder, String(run++));
        await mkdir(path);
        for (const [index, each] of names.entries()) {
          if (index % 3 === 0) await mkdir(join(path, each));
          else await writeFile(join(path, each), '');
        }
        const model = names.map((each, index) => (index % 3 === 0 ? `${each}/` : each));
        const expected = model.filter((each) => each.startsWith(prefix)).toSorted();
        expect(await entries(path, prefix, pageMax)).toEqual(expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('what no key can name is left out', async () => {
  for (const name of ['.tmp-1', '.DS_Store', 'README.md', 'a b', 'ü', 'kept']) await writeFile(join(folder, name), '');
  await mkdir(join(folder, '.git'));
  expect(await entries(folder)).toEqual(['kept']);
});

test('a link is what it leads to', async () => {
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'file'), '');
  await symlink('real', join(folder, 'to-folder'));
  await symlink('file', join(folder, 'to-file'));
  await symlink('nowhere', join(folder, 'dangling'));
  expect(await entries(folder)).toEqual(['file', 'real/', 'to-file', 'to-folder/']);
});

test('a folder that is gone, or is none, is empty', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(await entries(join(folder, 'gone'))).toEqual([]);
  expect(await entries(join(folder, 'file'))).toEqual([]);
  expect(await entries(join(folder, 'file', 'below'))).toEqual([]);
});
