// Catches a fact that is believed although its bytes are not those that were written under its key.
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type Json, type JsonObject } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { AlluviumError } from './errors.ts';
import { decodeFact, encodeFact, type ObjectRef, refOf, refsIn } from './fact.ts';
import { limits } from './limits.ts';

const key = 'collections/lines/collection.json';
const body = { collection: 'lines', dimension: 3, metric: 'cosine', model: 'é😀', nested: { key: 'a', sha256: null } };
const reserved = new Set(['key', 'sha256']);

const anyBody: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.string({ unit: 'binary' }).filter((name) => !reserved.has(name)),
  fc.json({ stringUnit: 'binary' }).map((text) => JSON.parse(text) as Json),
);
const anyKey = fc.stringMatching(/^[a-z0-9]{1,8}(\/[a-z0-9._-]{1,8}){0,3}$/);

test('any body comes back, with its key and the name that others would give it', () => {
  fc.assert(
    fc.property(anyKey, anyBody, (at, what) => {
      const bytes = encodeFact(at, what);
      const { fact, ref } = decodeFact(at, bytes);
      expect(fact).toEqual({ ...what, key: at });
      expect(ref).toEqual({ key: at, bytes: bytes.length, sha256: sha256Hex(bytes) });
      expect(refOf(at, bytes)).toEqual(ref);
    }),
  );
});

test('equal bodies have equal bytes, whatever the order of their members; it is one line of canonical JSON', () => {
  fc.assert(
    fc.property(anyKey, anyBody, (at, what) => {
      const bytes = Buffer.from(encodeFact(at, what));
      const reversed = Object.fromEntries(Object.entries(what).toReversed());
      expect(bytes.equals(encodeFact(at, reversed))).toBe(true);
      const text = bytes.toString();
      expect(text.endsWith('"}\n')).toBe(true);
      const { sha256, ...rest } = JSON.parse(text) as JsonObject;
      expect(text).toBe(`${canonicalJson(rest).slice(0, -1)},"sha256":${JSON.stringify(sha256)}}\n`);
      expect(sha256).toBe(sha256Hex(bytes.subarray(0, -'"}\n'.length - 64)));
    }),
  );
});

test('every other value of every byte is refused, naming the key', () => {
  const bytes = Buffer.from(encodeFact(key, body));
  const believed: string[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const original = bytes.readUInt8(at);
    for (let value = 0; value < 256; value++) {
      if (value === original) continue;
      bytes[at] = value;
      const outcome = refusalOf(bytes);
      if (outcome !== 'refused') believed.push(`byte ${at} as ${value}: ${outcome}`);
    }
    bytes[at] = original;
  }
  expect(refusalOf(bytes)).toBe('believed');
  expect(believed).toEqual([]);
});

test('every truncation and everything appended or put in front is refused', () => {
  const bytes = encodeFact(key, body);
  const more = [Uint8Array.of(0), Buffer.from('\n'), Buffer.from(' '), Buffer.from('}'), bytes, bytes.subarray(-79)];
  for (let length = 0; length < bytes.length; length++) {
    expect(refusalOf(bytes.subarray(0, length))).toBe('refused');
    if (length > 0) expect(refusalOf(bytes.subarray(length))).toBe('refused');
  }
  for (const extra of more) {
    expect(refusalOf(Buffer.concat([bytes, extra]))).toBe('refused');
    expect(refusalOf(Buffer.concat([extra, bytes]))).toBe('refused');
  }
});

test('two bytes that are exchanged, or a run of zeros, are refused', () => {
  const bytes = encodeFact(key, body);
  const anyAt = fc.nat({ max: bytes.length - 1 });
  fc.assert(
    fc.property(anyAt, anyAt, fc.boolean(), (a, b, exchange) => {
      const damaged = Buffer.from(bytes);
      if (exchange) [damaged[a], damaged[b]] = [bytes[b] ?? 0, bytes[a] ?? 0];
      else damaged.fill(0, Math.min(a, b), Math.max(a, b) + 1);
      expect(refusalOf(damaged)).toBe(damaged.equals(bytes) ? 'believed' : 'refused');
    }),
  );
});

test('the bytes of another key are refused, as that', () => {
  fc.assert(
    fc.property(anyKey, anyKey, anyBody, (here, there, what) => {
      fc.pre(here !== there);
      const error = thrownBy(() => decodeFact(here, encodeFact(there, what)));
      expect(error).toMatchObject({
        kind: 'Corrupt',
        code: 'fact-key',
        details: { key: here, expected: here, actual: there },
      });
    }),
  );
});

test('bytes that carry a right digest but are no fact are refused too', () => {
  const contents = [
    'garbage',
    '[1',
    '{"key":"\ud800"',
    '{',
    '',
    '{"a":1',
    '{"key":5',
    '{"key":null',
    '{"key":{"a":1}',
    '\ufeff{"key":"a"',
  ];
  for (const content of contents) {
    const open = Buffer.from(`${content},"sha256":"`);
    const error = thrownBy(() => decodeFact(key, Buffer.concat([open, Buffer.from(`${sha256Hex(open)}"}\n`)])));
    expect(error).toMatchObject({ kind: 'Corrupt', details: { key } });
    expect((error as AlluviumError).code).toMatch(/^fact-(?:key|undecodable)$/);
  }
});

test('what is no fact at all is refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(`${text}\n`)),
      ),
      (bytes) => {
        expect(refusalOf(bytes)).toBe('refused');
      },
    ),
  );
});

test('what is larger than a fact may be is refused unread', () => {
  const error = thrownBy(() => decodeFact(key, new Uint8Array(limits.factBytesMax + 1)));
  expect(error).toMatchObject({
    kind: 'Corrupt',
    code: 'fact-too-large',
    details: { key, actual: limits.factBytesMax + 1 },
  });
});

test('a fact may be a part of a larger buffer', () => {
  const bytes = encodeFact(key, body);
  const larger = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  const part = new Uint8Array(larger.buffer, larger.byteOffset + 'before'.length, bytes.length);
  expect(decodeFact(key, part)).toEqual(decodeFact(key, bytes));
});

test('a body cannot take the name of the digest', () => {
  expect(() => encodeFact(key, { sha256: 'mine' })).toThrow(
    expect.objectContaining({ kind: 'Internal', code: 'fact-field' }) as Error,
  );
});

test('every object that a fact names is found, however deep, and nothing else', () => {
  const anyRef = fc.record({ key: anyKey, bytes: fc.nat(), sha256: fc.stringMatching(/^[0-9a-f]{64}$/) });
  const anyTree = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(
        null,
        1,
        'text',
        { key: 'a', bytes: 1 },
        { key: 'a', sha256: 'b' },
        { bytes: 1, sha256: 'b' },
      ),
      anyRef,
      anyRef.map((ref) => ({ ...ref, tables: { offset: 1, length: 2, digest: 'a' } })),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree')),
    ),
  })).tree;
  fc.assert(
    fc.property(anyTree, (tree) => {
      expect(refsIn(tree).map(({ sha256 }) => sha256)).toEqual(digestsIn(JSON.stringify(tree)));
    }),
  );
  const ref: ObjectRef = { key: 'a', bytes: 1, sha256: 'b' };
  expect(refsIn({ batches: [{ request: { ...ref, tables: 1 } }], predecessor: null })).toEqual([ref]);
});

/** All digests of a text, in order: only references hold 64 digits here. */
function digestsIn(text: string): string[] {
  return text.match(/[0-9a-f]{64}/g) ?? [];
}

/** `refused` if it is, as `Corrupt` naming the key; otherwise what happened. */
function refusalOf(bytes: Uint8Array): string {
  const error = thrownBy(() => decodeFact(key, bytes));
  if (error === null) return 'believed';
  const isRefusal = error instanceof AlluviumError && error.kind === 'Corrupt' && error.details['key'] === key;
  return isRefusal ? 'refused' : inspect(error);
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
}
