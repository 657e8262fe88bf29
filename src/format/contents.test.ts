// Catches a sidecar that names another content for an id: a changed record then counts as unchanged and is never embedded.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { decodeContents, encodeContents } from './contents.ts';
import type { ContentEntry } from '../domain/row.ts';

const key = 'collections/lines/batches/b/contents';
const headerBytes = 12;
const refusal = { kind: 'Corrupt', code: 'contents-undecodable', details: { key } };

const entryOf = (id: number): ContentEntry => ({
  idHash: sha256(`id ${id}`),
  content: sha256(`text ${id}`),
  line: id + 1,
});
const plain = ({ idHash, content, line }: ContentEntry) => [Buffer.from(idHash).toString('hex'), [...content], line];

test('entries come back ascending, in whatever order they went in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 1_000 })), (ids) => {
      const entries = ids.map(entryOf);
      const bytes = encodeContents(entries);
      expect(encodeContents(entries.toReversed())).toEqual(bytes);
      const expected = entries.toSorted((a, b) => Buffer.compare(a.idHash, b.idHash)).map(plain);
      expect(decodeContents(key, bytes).map(plain)).toEqual(expected);
    }),
  );
});

test('two lines of one id are two entries; one line twice is our defect', () => {
  const twice = [{ ...entryOf(1), line: 9 }, entryOf(1)];
  expect(decodeContents(key, encodeContents(twice)).map(({ line }) => line)).toEqual([2, 9]);
  const defect = expect.objectContaining({ kind: 'Internal', code: 'contents-repeated' }) as Error;
  expect(() => encodeContents([entryOf(1), entryOf(1)])).toThrow(defect);
});

test('every flip is refused or changes an entry, every truncation is refused', () => {
  const bytes = encodeContents([1, 2, 3].map(entryOf));
  const original = decodeContents(key, bytes).map(plain);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = new Uint8Array(bytes);
    damaged[at] = (bytes[at] ?? 0) ^ 0x80;
    const outcome = decodedOr(damaged);
    expect(outcome).not.toEqual(original);
    if (at < headerBytes) expect(outcome).toMatchObject(refusal);
    expect(decodedOr(bytes.subarray(0, at))).toMatchObject(refusal);
  }
});

test('entries out of order are refused', () => {
  const bytes = Buffer.from(encodeContents([1, 2].map(entryOf)));
  const swapped = Buffer.concat([bytes.subarray(0, 12), bytes.subarray(12 + 68), bytes.subarray(12, 12 + 68)]);
  expect(decodedOr(swapped)).toMatchObject(refusal);
});

function decodedOr(bytes: Uint8Array): unknown {
  try {
    return decodeContents(key, bytes).map(plain);
  } catch (error) {
    return error;
  }
}
