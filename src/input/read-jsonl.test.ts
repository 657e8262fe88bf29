// Would catch: a record that is lost, altered or misnumbered between its line and the hand-in, and a bad line that is not named.
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InputLine, InputRecord } from '../submit/types.ts';
import { defaultFields, type InputFields } from './input-fields.ts';
import { readInput } from './read-input.ts';

test('every record that was written as a line is read back, however the bytes are cut', async () => {
  const record = fc.record({
    id: fc.string({ unit: 'grapheme' }),
    document: fc.string({ unit: 'grapheme' }),
    metadata: fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(record),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (records, pieceBytes, end, lastEnds) => {
        const texts = records.map((written) => JSON.stringify(written));
        const text = texts.join(end) + (lastEnds ? end : '');
        const lines = await collect(Readable.from(pieces(Buffer.from(text), pieceBytes)));
        const expected = texts.map((written, index) => ({
          line: index + 1,
          record: JSON.parse(written) as InputRecord,
        }));
        expect(lines).toEqual(expected);
      },
    ),
  );
});

test.each([
  ['{"id": "a", "document": ', 'input-json', /^line 2 is not JSON: /],
  ['["a", "text"]', 'input-json', /^line 2 is not a JSON object$/],
  ['null', 'input-json', /^line 2 is not a JSON object$/],
  [
    '{"document": "text"}',
    'input-field',
    /^line 2 has no field "id"; found: document; name the id field with --id-field$/,
  ],
  [
    '{"id": "a", "text": "text"}',
    'input-field',
    /^line 2 has no field "document"; found: id, text; name the text field with --text-field$/,
  ],
  ['{"id": 1.5, "document": "text"}', 'input-field-type', /"id" must be a string or a whole number .* not a number$/],
  ['{"id": 9007199254740993, "document": "text"}', 'input-field-type', /"id" must be a string or a whole number/],
  ['{"id": "a", "document": 7}', 'input-field-type', /^line 2: field "document" must be a string, not a number$/],
  ['{"id": "a", "document": null}', 'input-field-type', /"document" must be a string, not null$/],
  ['{"id": "a", "document": "t", "metadata": []}', 'input-field-type', /"metadata" must be an object, not a list$/],
  ['{"id": "a", "document": "t", "vector": [1, "2"]}', 'input-field-type', /"vector" must be a list of numbers/],
])('a bad line is named, and the next one is read: %s', async (bad, code, message) => {
  const good = '{"id": "good", "document": "text"}';
  const [first, second, third] = await collect(stream(`${good}\n${bad}\n${good}\n`));
  expect(first).toMatchObject({ line: 1, record: { id: 'good' } });
  expect(problem(second)).toMatchObject({ kind: 'Invalid', code, details: { line: 2 } });
  expect(problem(second).message).toMatch(message);
  expect(third).toMatchObject({ line: 3, record: { id: 'good' } });
});

test('a line that is not UTF-8 is refused, not repaired', async () => {
  const bytes = Buffer.concat([Buffer.from('{"id": "a", "document": "'), Buffer.from([0xff]), Buffer.from('"}\n')]);
  const [line] = await collect(Readable.from([bytes]));
  expect(problem(line)).toMatchObject({ code: 'line-not-utf8', message: 'line 1 is not UTF-8' });
});

test('empty lines keep their numbers, a byte order mark is no part of the first line', async () => {
  const lines = await collect(stream('\uFEFF{"id": "a", "document": "one"}\n\n  \t\n{"id": "b", "document": "two"}'));
  expect(lines.map(({ line }) => line)).toEqual([1, 4]);
});

test('a line beyond the limit is one bad line; one of exactly the limit is read', async () => {
  const line = '{"id": "a", "document": "text"}';
  const lines = await collect(stream(`${line}\n${line} \n${line}\n`), { lineBytesMax: line.length });
  expect(lines.map((read) => 'record' in read)).toEqual([true, false, true]);
  expect(problem(lines[1])).toMatchObject({ code: 'line-too-long', details: { line: 2 } });
});

test('a whole number may be an id, a vector may stand instead of a document', async () => {
  const lines = await collect(stream('{"id": 42, "vector": [1, 0.5]}\n'));
  expect(lines).toEqual([{ line: 1, record: { id: '42', document: null, metadata: null, vector: [1, 0.5] } }]);
});

test('other fields can make the record', async () => {
  const fields: InputFields = { id: 'sku', text: 'title', metadata: ['brand', 'price'] };
  const lines = await collect(
    stream('{"sku": "1", "title": "mug", "brand": "b", "x": 0}\n{"sku": "2", "title": "cup", "price": 3}\n'),
    {
      fields,
    },
  );
  expect(lines.map((line) => 'record' in line && line.record)).toEqual([
    { id: '1', document: 'mug', metadata: { brand: 'b' } },
    { id: '2', document: 'cup', metadata: { price: 3 } },
  ]);
});

test('a metadata field that no line has is a mistake: it lists what there was', async () => {
  const fields: InputFields = { ...defaultFields, metadata: ['brand'] };
  const read = collect(stream('{"id": "1", "document": "mug", "Brand": "b"}\n'), { fields });
  await expect(read).rejects.toMatchObject({
    kind: 'Invalid',
    message: 'the input has no field "brand"; found: id, document, Brand; name other fields with --metadata-fields',
  });
  expect(await collect(stream(''), { fields })).toEqual([]);
});

async function collect(source: Readable, options?: Parameters<typeof readInput>[1]): Promise<InputLine[]> {
  return linesOf(readInput(source, options));
}

function stream(text: string): Readable {
  return Readable.from([Buffer.from(text)]);
}

function* pieces(bytes: Buffer, pieceBytes: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
}

function problem(line: InputLine | undefined) {
  if (line === undefined || !('problem' in line)) throw new Error('the line has no problem');
  return line.problem;
}

async function linesOf(input: AsyncIterable<InputLine>): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of input) lines.push(line);
  return lines;
}
