// Catches a key that its own parser does not know, or a foreign object that is taken for ours: `verify` would miss or mistake it.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyNames, makers } from '../../test/key-makers.ts';
import { isObjectKey } from '../store/object-key.ts';
import { assertName, collectionKeys, executionKeys, formatSequence, keyStem, type KeyType, parseKey } from './keys.ts';

const types = Object.keys(makers) as KeyType[];

test.each(types)('the key of %s is parsed as what it was made of', (type) => {
  const maker = makers[type];
  fc.assert(
    fc.property(anyNames, (names) => {
      const key = maker.make(names);
      const { of, addressed } = maker;
      expect(parseKey(key)).toEqual({
        type,
        class: maker.class,
        collection: of === 'collection' || of === 'batch' || of === 'pending' ? names.collection : null,
        batchId: of === 'batch' || of === 'pending' ? names.batchId : null,
        executionId: of === 'execution' || of === 'running' ? names.executionId : null,
        sha256: addressed === true ? names.hash : null,
      });
      expect(maker.remake(key.split('/'))).toBe(key);
      expect(isObjectKey(key)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

const anyKey = fc.tuple(fc.constantFrom(...types), anyNames).map(([type, names]) => makers[type].make(names));
const anyBit = fc.constantFrom(
  '',
  '/',
  '.',
  '-',
  '_',
  '0',
  '1',
  '9',
  'a',
  'z',
  'A',
  'é',
  ' ',
  '\n',
  '\u0000',
  '..',
  '//',
  '.json',
  '00',
);

test('a key that was changed is unknown, unless it is one that could have been made', () => {
  fc.assert(
    fc.property(anyKey, fc.nat(), fc.nat({ max: 2 }), anyBit, (key, place, cut, bit) => {
      const at = place % (key.length + 1);
      expectMade(key.slice(0, at) + bit + key.slice(at + cut));
    }),
    { numRuns: 5_000 },
  );
});

test('parts of different keys make no key that is not made', () => {
  fc.assert(
    fc.property(anyKey, anyKey, fc.nat({ max: 7 }), fc.nat({ max: 7 }), (a, b, head, tail) => {
      expectMade([...a.split('/').slice(0, head), ...b.split('/').slice(tail)].join('/'));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  '/',
  'alluvium.json/',
  '/alluvium.json',
  'alluvium_json',
  'Alluvium.json',
  'alluvium.json\n',
  'collections/lines',
  'collections/lines/collection.json.tmp',
  'collections/ab/collection.json',
  `collections/${'a'.repeat(64)}/collection.json`,
  'collections/-lines/collection.json',
  'collections/lines/submissions/1.json',
  'collections/lines/batches/b/published/01.json',
  'collections/lines/batches/b/published/-1.json',
  'collections/lines/batches/b/published/1e3.json',
  `collections/lines/batches/b/output/${'F'.repeat(64)}.jsonl`,
  'collections/../lines/collection.json',
  'executions/e/receipts/00/poll-batches/0.json',
  'executions/e/receipts/0/PollBatches/0.json',
  'executions/e/attempts/0/poll-batches/0/0.failed.json',
  'pending/lines/b/c',
  'running/e/f',
])('%j is nobody’s key', (key) => {
  expect(parseKey(key)).toBeNull();
});

test('folders hold what they are listed for, and nothing else', () => {
  fc.assert(
    fc.property(anyNames, ({ collection, batchId, executionId, numbers: [n], hash }) => {
      const keys = collectionKeys(collection);
      const batch = keys.batch(batchId);
      const execution = executionKeys(executionId);
      const held: readonly (readonly [folder: string, key: string])[] = [
        [keys.submissions, keys.submission(n)],
        [keys.batches, batch.root],
        [batch.root, batch.residue(hash)],
        [keys.snapshots, keys.snapshot(n)],
        [keys.pendings, keys.pending(batchId)],
        [execution.root, execution.input],
        [execution.receipts, execution.receipt(n, 'PollBatches', n)],
        [execution.failures, execution.failure(n, 'PollBatches', n)],
        [execution.attempts, execution.attempt(n, 'PollBatches', n, n).ended],
        [execution.events, execution.eventPage(n)],
        [execution.accusations, execution.accusation(batchId)],
      ];
      for (const [folder, key] of held) {
        expect(folder.endsWith('/')).toBe(true);
        expect(key.startsWith(folder)).toBe(true);
        expect(parseKey(folder)).toBeNull();
      }
      expect(collectionKeys(`${collection}x`).submission(n).startsWith(keys.submissions)).toBe(false);
    }),
  );
});

test('sequences sort as text as they do as numbers', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
      expect(formatSequence(a)).toMatch(/^[0-9]{20}$/);
      expect(formatSequence(a) < formatSequence(b)).toBe(a < b);
      expect(Number(formatSequence(a))).toBe(a);
    }),
  );
});

test('the names of states become parts of keys', () => {
  const { work } = executionKeys('e');
  expect(work(0, 'ProcessChunksInParallel')).toBe('executions/e/work/0/process-chunks-in-parallel.json');
  expect(work(12, 'Conclude')).toBe('executions/e/work/12/conclude.json');
});

test.each([
  ['a/b/c.json', 'c'],
  ['a/b.c/d', 'd'],
  ['c.started.json', 'c'],
  ['a/', ''],
  ['a/.b', ''],
])('the stem of %s is %j', (key, expected) => {
  expect(keyStem(key)).toBe(expected);
});

test.each(['abc', '000', 'a'.repeat(63), 'a_b', 'a--', '9-_'])('%j may be a name', (name) => {
  expect(() => assertName('collection', name)).not.toThrow();
  expect(parseKey(collectionKeys(name).collection)?.collection).toBe(name);
});

test.each([
  '',
  'ab',
  'a'.repeat(64),
  '-ab',
  '_ab',
  'aBc',
  'a.b',
  'a/b',
  '../',
  'äbc',
  'abc\n',
  '\nabc',
  ' abc',
  'a b',
  'abc\u0000',
])('%j may not', (name) => {
  for (const what of ['collection', 'stage'] as const) {
    const refusal = { kind: 'Invalid', code: `${what}-name`, details: { name } };
    expect(() => assertName(what, name)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => assertName(what, name)).toThrow(JSON.stringify(name));
  }
  expect(parseKey(collectionKeys(name).collection)).toBeNull();
});

function expectMade(key: string): void {
  const parsed = parseKey(key);
  if (parsed === null) return;
  expect(makers[parsed.type].remake(key.split('/'))).toBe(key);
  expect(isObjectKey(key)).toBe(true);
}
