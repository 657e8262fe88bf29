// The bug it would catch: a line goes to another batch than the one it answers, or is taken for something that it is not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLineHead } from './line-head.ts';

const head = (line: string | object) =>
  readLineHead(Buffer.from(typeof line === 'string' ? line : JSON.stringify(line)));

const embedding = { status_code: 200, body: { data: [{ embedding: 'A'.repeat(50), index: 0 }] } };

test('answers and requests are told apart by what they hold', () => {
  expect(head({ id: 'x', custom_id: 'b-1/7', response: embedding, error: null })).toEqual({
    type: 'answer',
    batchId: 'b-1',
    n: 7,
  });
  expect(head({ custom_id: 'b-1/7', method: 'POST', url: '/v1/embeddings', body: { input: '' } })).toMatchObject({
    type: 'request',
  });
  expect(head({ custom_id: 'b-1/7', response: null, error: { code: 'batch_expired' } })?.type).toBe('answer');
  expect(head({ custom_id: 'b-1/7' })?.type).toBe('answer');
});

test('members may stand in any order, with any space between them', () => {
  const reversed = `\t{ "error" : null , "response":${JSON.stringify(embedding, null, 1).replaceAll('\n', '')} , "custom_id" : "b/0" }\r`;
  expect(head(reversed)).toEqual({ type: 'answer', batchId: 'b', n: 0 });
  const request = JSON.stringify({ body: { input: 'a "quoted" \\ text, }' }, custom_id: 'b/0', method: 'POST' });
  expect(head(request)).toEqual({ type: 'request', batchId: 'b', n: 0 });
});

test('a name within another member, or within a text, is none', () => {
  expect(head({ response: { custom_id: 'inner/1' }, custom_id: 'outer/2' })?.batchId).toBe('outer');
  expect(head({ id: '"custom_id":"inner/1"', custom_id: 'outer/2' })?.batchId).toBe('outer');
  expect(head({ response: { custom_id: 'inner/1' } })).toBeNull();
});

test('a position that is no number belongs to the batch all the same; an id without a batch to nobody', () => {
  expect(head({ custom_id: 'b/007' })).toMatchObject({ batchId: 'b', n: null });
  expect(head({ custom_id: 'b/' })).toMatchObject({ batchId: 'b', n: null });
  expect(head(String.raw`{"custom_id":"b\/5","response":null}`)).toMatchObject({ batchId: 'b', n: 5 });
  for (const customId of ['request-1', '/5', '', 7, null]) expect(head({ custom_id: customId })).toBeNull();
});

test('members that every object inherits mean nothing', () => {
  expect(head({ constructor: 1, toString: 2, custom_id: 'b/1', method: 'POST' })?.type).toBe('request');
});

test('what is no object, or ends too early, names nobody and is no error', () => {
  for (const line of [
    '',
    '[]',
    '"x"',
    '{',
    '{"',
    '{"custom_id',
    '{"custom_id":',
    '{"custom_id":"b/1',
    '{"a":}',
    'null',
  ]) {
    expect(head(line)).toBeNull();
  }
  const whole = JSON.stringify({ id: 'x', custom_id: 'batch/12', response: embedding, error: null });
  for (let length = 0; length <= whole.length; length += 1) {
    expect([null, 'batch']).toContain(head(whole.slice(0, length))?.batchId ?? null);
  }
});

test('whatever else an object holds, its own custom_id is found', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), fc.boolean(), (others, n, first) => {
      const { custom_id: _, ...rest } = others;
      const own = { custom_id: `batch/${n}` };
      const line = first ? { ...own, ...rest } : { ...rest, ...own };
      expect(head(line)).toMatchObject({ batchId: 'batch', n });
    }),
  );
});

test('arbitrary bytes are no error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => readLineHead(Buffer.from(bytes))).not.toThrow();
      expect(() => readLineHead(Buffer.concat([Buffer.from('{"a":'), bytes]))).not.toThrow();
    }),
  );
});
