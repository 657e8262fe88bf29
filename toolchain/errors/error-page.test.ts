// Would catch: an error that a person meets and finds nothing about, advice on a code that nobody uses any more, and a page that is out of date.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorAnchor, type ErrorKind } from '../../src/domain/errors.ts';
import { residueStatuses } from '../../src/provider/residue-codes.ts';
import { collectErrorCodes, declaredStrings } from './collect-error-codes.ts';
import { errorGuide, residueGuide, strayGuide } from './error-guide.ts';
import { renderErrorPage } from './error-page.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const used = collectErrorCodes();

test('every code of the source is explained, and nothing else is; if not: toolchain/errors/error-guide.ts', () => {
  const explained = Object.entries(errorGuide).flatMap(([kind, { codes }]) =>
    Object.keys(codes).map((code) => `${kind} ${code}`),
  );
  expect(explained.toSorted()).toEqual(used.map(({ kind, code }) => `${kind} ${code}`).toSorted());
});

test('every reason of residue and strays is explained', () => {
  expect(Object.keys(residueGuide).toSorted()).toEqual(Object.keys(residueStatuses).toSorted());
  expect(Object.keys(strayGuide).toSorted()).toEqual(
    [...declaredStrings('src/provider/residue-codes.ts', 'StrayCode')].toSorted(),
  );
});

test('docs/errors.md is what the source makes of it; if not: npm run docs:errors', () => {
  expect(page).toBe(renderErrorPage());
});

test('every error leads to its heading', () => {
  const anchors = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
  expect(anchors.toSorted()).toEqual(used.map(errorAnchor).toSorted());
});

test('codes are kebab-case, and found wherever they are made', () => {
  expect(used.filter(({ code }) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code))).toEqual([]);
  // A literal, a table of the operating system, a union type, a parameter that is passed on, both ends of a condition, commander.
  const samples: [ErrorKind, string][] = [
    ['Invalid', 'id-repeated'],
    ['Unavailable', 'disk-full'],
    ['Provider', 'quarter-length'],
    ['Corrupt', 'index-filter'],
    ['Invalid', 'stage-name'],
    ['Canceled', 'interrupted'],
    ['Internal', 'unclassified'],
    ['Invalid', 'unknown-option'],
  ];
  for (const [kind, code] of samples) expect(used).toContainEqual({ kind, code });
});

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}
