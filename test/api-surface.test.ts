// Catches a change of the library's names and shapes that nobody meant, and so nobody told its users.
import { expect, test } from 'vitest';
import * as library from '../src/index.ts';
import { apiSurface } from './api-surface.ts';

const whatToDo = `the public API is not what was reviewed in test/golden/api.d.ts: if that is meant, run
  npx vitest run test/api-surface.test.ts -u
then read the difference as a user would, and tell of it in CHANGELOG.md`;

const surface = apiSurface();

test('the signatures are those that were reviewed', async () => {
  await expect(surface, whatToDo).toMatchFileSnapshot('golden/api.d.ts');
});

test('every value that the library exports is among them', () => {
  const declared = surface.matchAll(/^export declare (?:class|const|function) (\w+)/gm);
  expect(new Set([...declared].map(([, name]) => name))).toEqual(new Set(Object.keys(library)));
});
