// Would catch: cells that land in the wrong field, rows that are counted by line breaks inside quotes, and a table that is half read.
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputLine } from '../submit/types.ts';
import { defaultFields } from './input-fields.ts';
import { type InputOptions, readInput } from './read-input.ts';

test('every row that was written is read back, whatever its cells hold', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r', ' ', '😀') });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell)), fc.constantFrom('\n', '\r\n'), async (rows, end) => {
      const table = [['id', 'document', 'shop'], ...rows].map((cells) => cells.map(quote).join(',')).join(end);
      const lines = await collect(table + end);
      const expected = rows.map(([id, document, shop], index) => ({
        line: index + 1,
        record: { id, document, metadata: { shop } },
      }));
      expect(lines).toEqual(expected);
    }),
  );
});

test('a quoted cell spans lines, and rows are counted, not lines', async () => {
  const lines = await collect('id,document\na,"one\ntwo, ""three"""\n\nb,four\n');
  expect(lines).toEqual([
    { line: 1, record: { id: 'a', document: 'one\ntwo, "three"', metadata: null } },
    { line: 2, record: { id: 'b', document: 'four', metadata: null } },
  ]);
});

test('a row of another length is one bad row', async () => {
  const [first, second, third] = await collect('id,document\na\nb,two,three\nc,four\n');
  expect(first).toMatchObject({
    line: 1,
    problem: { code: 'input-row', message: 'row 1 has 1 cells, the header has 2' },
  });
  expect(second).toMatchObject({ line: 2, problem: { details: { line: 2 } } });
  expect(third).toMatchObject({ line: 3, record: { id: 'c' } });
});

test('--metadata-fields picks columns', async () => {
  const lines = await collect('id,document,a,b\n1,text,x,y\n', { fields: { ...defaultFields, metadata: ['b'] } });
  expect(lines).toEqual([{ line: 1, record: { id: '1', document: 'text', metadata: { b: 'y' } } }]);
});

test.each([
  ['sku,document\n1,a\n', 'the header has no field "id"; found: sku, document; name the id field with --id-field'],
  ['id,text\n1,a\n', 'the header has no field "document"; found: id, text; name the text field with --text-field'],
  ['id,document,x,x\n1,a,b,c\n', 'the header names the column "x" twice'],
])('a header that does not fit is refused: %j', async (table, message) => {
  await expect(collect(table)).rejects.toMatchObject({ kind: 'Invalid', message });
});

test.each([
  ['id,document\na,"never closed\nb,c\n', 'input-csv'],
  ['id,document\na,"closed"early\n', 'input-csv'],
])('quotes that do not match end the input: %j', async (table, code) => {
  await expect(collect(table)).rejects.toMatchObject({ kind: 'Invalid', code });
});

test('a row beyond the limit ends the input', async () => {
  await expect(collect('id,document\na,0123456789abcdef\n', { lineBytesMax: 12 })).rejects.toMatchObject({
    kind: 'Invalid',
    code: 'line-too-long',
  });
});

test('a cell that is not UTF-8 is refused, not repaired', async () => {
  const bytes = Buffer.concat([Buffer.from('\uFEFFid,document\na,'), Buffer.from([0xff]), Buffer.from('\n')]);
  const [line] = await linesOf(readInput(Readable.from([bytes]), { format: 'csv' }));
  expect(line).toMatchObject({ line: 1, problem: { code: 'line-not-utf8' } });
});

async function collect(table: string, options: InputOptions = {}): Promise<InputLine[]> {
  return linesOf(readInput(Readable.from([Buffer.from(table)]), { ...options, format: 'csv' }));
}

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

async function linesOf(input: AsyncIterable<InputLine>): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of input) lines.push(line);
  return lines;
}
