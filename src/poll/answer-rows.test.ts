// Catches a row that is not its record's: another content than the hand-in said, so that it is embedded for ever, or a row that no part holds.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyRows } from '../../test/any-rows.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { rowDigest } from '../domain/digest.ts';
import type { RequestLine } from '../domain/facts.ts';
import type { Row } from '../domain/row.ts';
import { encodeRows } from '../format/arrow-encoder.ts';
import { checkRow } from '../format/row-check.ts';
import { MemoryStore } from '../store/memory.ts';
import { BatchWriter } from '../submit/batch-writer.ts';
import { normalizeRecord } from '../submit/normalize-record.ts';
import type { InputRecord } from '../submit/types.ts';
import { answerRows, askedRecords, splitParts } from './answer-rows.ts';

const space = { model: 'm', dimension: 2 };
const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const anyFloat = fc.float({ noNaN: true, noDefaultInfinity: true });
const anyVector = fc.tuple(fc.constantFrom(1, -1e-3), anyFloat);
const anyRecord = fc.record({
  id: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  document: anyText,
  metadata: fc.option(fc.dictionary(anyText, fc.jsonValue({ stringUnit: 'binary' }))),
  vector: fc.option(anyVector),
}) as fc.Arbitrary<InputRecord>;
const anyRecords = fc.uniqueArray(anyRecord, { selector: ({ id }) => id, minLength: 1, maxLength: 8 });

const lineOf = (n: number, id: string, more: Partial<RequestLine> = {}): RequestLine => ({
  n,
  line: n + 1,
  id,
  document: 'text',
  metadata: null,
  ...more,
});

test('what a hand-in said of a record is what its request says', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecords, async (records) => {
      const handed = records.map((record, at) => normalizeRecord(record, at + 1, space, true));
      const store = new MemoryStore();
      const writer = new BatchWriter(store, 'lines', records.length, {});
      for (const record of handed) await writer.add('local', record);
      const [batch] = await writer.finish();
      const text = Buffer.from(await store.get(batch?.request.key ?? '')).toString();
      const lines = text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as RequestLine);
      expect(askedRecords(lines, 3, space)).toEqual(
        handed.map(({ id, line, document, metadata, content }) => ({
          id,
          document,
          metadata: metadata === null ? null : canonicalJson(metadata),
          sequence: 3,
          line,
          tombstone: false,
          content,
        })),
      );
    }),
  );
});

test('a record with a vector is a row, checked and sorted by the bytes of its id; one without is none', () => {
  const anyAnswers = anyRecords.chain((records) =>
    fc.tuple(
      fc.constant(records),
      fc.array(fc.option(anyVector), { minLength: records.length, maxLength: records.length }),
    ),
  );
  fc.assert(
    fc.property(anyAnswers, ([records, answers]) => {
      const lines = records.map(({ id, document = null, metadata = null }, n) => lineOf(n, id, { document, metadata }));
      const asked = askedRecords(lines, 3, space);
      const vectors = answers.map((answer) => (answer === null ? null : Float32Array.from(answer)));
      const rows = answerRows(asked, vectors);
      const answered = asked.flatMap((record, n) => {
        const vector = vectors[n] ?? null;
        return vector === null ? [] : [{ ...record, vector, digest: rowDigest(record.content, vector) }];
      });
      expect(rows).toEqual(answered.toSorted((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))));
      for (const row of rows) expect(() => checkRow('a delta', row, space)).not.toThrow();
    }),
  );
});

test('records without any answer are no rows', () => {
  const asked = askedRecords([lineOf(0, 'a'), lineOf(1, 'b')], 1, space);
  expect(answerRows(asked, [])).toEqual([]);
  expect(answerRows(asked, [null, Float32Array.of(1, 2)]).map(({ id }) => id)).toEqual(['b']);
  expect(answerRows([], [])).toEqual([]);
});

test('a request with a vector that no hand-in lets through is our defect', () => {
  const base64 = Buffer.from(Float32Array.of(1, 2, 3).buffer).toString('base64');
  for (const vector of [base64, 'no base64', '', Buffer.alloc(8).toString('base64')]) {
    const defect = { kind: 'Internal', code: 'request-vector', details: { id: 'a' } };
    expect(() => askedRecords([lineOf(0, 'a', { vector })], 1, space)).toThrow(
      expect.objectContaining(defect) as Error,
    );
  }
});

test('parts hold every row once, in order, and no more than they may, but for a row that is alone', () => {
  fc.assert(
    fc.property(anyRows(space), fc.integer({ min: 1, max: 1_000 }), (rows, bytesMax) => {
      const parts = splitParts(rows, 2, bytesMax);
      expect(parts.flat()).toEqual(rows);
      for (const [at, part] of parts.entries()) {
        expect(part.length).toBeGreaterThan(0);
        if (part.length > 1) expect(sizeOf(part)).toBeLessThanOrEqual(bytesMax);
        // It ends only where the next row would have been too much.
        const next = parts[at + 1]?.slice(0, 1) ?? [];
        if (next.length > 0) expect(sizeOf([...part, ...next])).toBeGreaterThan(bytesMax);
      }
    }),
  );
  expect(splitParts([], 2, 100)).toEqual([]);
});

test('what a part may hold is what its file holds, but for the little that a file and its blocks cost', async () => {
  const texts = ['', 'é'.repeat(300), 'a'.repeat(5_000)];
  const lines = Array.from({ length: 1_500 }, (_, n) => lineOf(n, `id ${n}`, { document: texts[n % 3] ?? null }));
  const rows = answerRows(
    askedRecords(lines, 1, space),
    lines.map(({ n }) => Float32Array.of(n + 1, 1)),
  );
  const file = await fileBytes(rows);
  expect(splitParts(rows, 2, file)).toHaveLength(2);
  expect(splitParts(rows, 2, Math.ceil(file * 1.05))).toHaveLength(1);
});

/** The estimate, by its definition. */
function sizeOf(rows: readonly Row[]): number {
  const texts = rows.flatMap(({ id, document, metadata }) => [id, document ?? '', metadata ?? '']);
  return rows.length * (space.dimension * 4 + 128) + Buffer.byteLength(texts.join(''));
}

async function fileBytes(rows: readonly Row[]): Promise<number> {
  let bytes = 0;
  for await (const chunk of encodeRows(rows, { dimension: space.dimension, onBlock: () => undefined }))
    bytes += chunk.length;
  return bytes;
}
