// Bug it would catch: a demo that shows markup, code or the same paragraph twice instead of real documentation, or whose ids change between runs.
import { expect, test } from 'vitest';
import { moduleDocs, nodeDocs } from './node-docs.ts';

const source = `
/**
 * Reads a file with \`open\`, see [the manual](https://nodejs.org/api) and {@link createReadStream}.
 * The **second** line belongs to the same paragraph.
 *
 * Too short.
 *
 * \`\`\`js
 * import { code } from 'node:that/is/no/documentation';
 *
 * await code('so it is left out, blank lines and all');
 * \`\`\`
 *
 * > Stability: 1 - Experimental, which is also said in a sentence.
 * @param path What stands at a tag is left out, although it is quite long.
 */
export function read(path: string): void;
/** Reads a file with a second comment on one line. */
export const second: string;
/** Reads a file with a second comment on one line. */
export const repeated: string;
`;

test('paragraphs become records of plain text', () => {
  expect(moduleDocs('fs', source)).toEqual([
    {
      id: 'fs/0001',
      document:
        'Reads a file with open, see the manual and createReadStream. The second line belongs to the same paragraph.',
      metadata: { module: 'fs', line: 3 },
    },
    {
      id: 'fs/0002',
      document: '1 - Experimental, which is also said in a sentence.',
      metadata: { module: 'fs', line: 14 },
    },
    {
      id: 'fs/0003',
      document: 'Reads a file with a second comment on one line.',
      metadata: { module: 'fs', line: 18 },
    },
  ]);
});

test('what another module has said already is not said again', () => {
  const known = new Set(moduleDocs('fs', source).map(({ document }) => document));
  expect(moduleDocs('fs/promises', source, known)).toEqual([]);
});

test('the documentation of Node makes thousands of records, each id and text once, the same every time', () => {
  const docs = nodeDocs();
  expect(docs.length).toBeGreaterThan(3_000);
  expect(new Set(docs.map(({ id }) => id)).size).toBe(docs.length);
  expect(new Set(docs.map(({ document }) => document)).size).toBe(docs.length);
  expect(docs.filter(({ document }) => /```|\*\*|\]\(|@param/.test(document))).toEqual([]);
  expect(nodeDocs()).toEqual(docs);
});
