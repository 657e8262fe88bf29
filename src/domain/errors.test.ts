// Catches an error that loses its meaning: retried although nothing can change, blamed on the wrong side, or another one beyond a process.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AlluviumError,
  conflict,
  corrupt,
  type ErrorKind,
  errorFromReport,
  errorPolicies,
  internal,
  invalid,
  notFound,
  providerError,
  reportError,
  toAlluviumError,
  unavailable,
} from './errors.ts';

/** The table of the documentation; its type demands every kind. */
const documented: Readonly<Record<ErrorKind, readonly [retry: boolean, blame: string, exitCode: number]>> = {
  Invalid: [false, 'caller', 2],
  NotFound: [false, 'caller', 2],
  Conflict: [false, 'caller', 4],
  Unavailable: [true, 'environment', 5],
  Corrupt: [false, 'data', 6],
  Provider: [true, 'provider', 4],
  Canceled: [false, 'nobody', 130],
  Internal: [false, 'alluvium', 1],
};
const kinds = Object.keys(documented) as ErrorKind[];

const anyDetail = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const anyError = fc
  .record({
    kind: fc.constantFrom(...kinds),
    code: fc.string(),
    message: fc.string({ unit: 'binary' }),
    details: fc.dictionary(fc.string(), anyDetail),
    hint: fc.option(fc.string(), { nil: undefined }),
  })
  .map(({ hint, ...rest }) => new AlluviumError(hint === undefined ? rest : { ...rest, hint }));

test('every kind has its policy, as documented', () => {
  const actual = Object.entries(errorPolicies).map(([kind, { retry, blame, exitCode }]) => [
    kind,
    [retry, blame, exitCode],
  ]);
  expect(Object.fromEntries(actual)).toEqual(documented);
  for (const { meaning } of Object.values(errorPolicies)) expect(meaning).toMatch(/^[a-z]/);
});

test.each([
  ['Invalid', invalid],
  ['NotFound', notFound],
  ['Conflict', conflict],
  ['Unavailable', unavailable],
  ['Provider', providerError],
  ['Internal', internal],
] as const)('%s has its maker', (kind, make) => {
  const cause = new Error('cause');
  const error = make('some-code', 'what is wrong', { details: { line: 7 }, hint: 'do this', cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ kind, name: kind, code: 'some-code', message: 'what is wrong', details: { line: 7 } });
  expect(error).toMatchObject({ hint: 'do this', cause });
  expect(make('some-code', 'what is wrong')).toMatchObject({ hint: null, details: {} });
});

test('an error without a cause has none, not one that is undefined', () => {
  expect(Object.hasOwn(invalid('a', 'b'), 'cause')).toBe(false);
});

test('corruption names the key, and what was expected and found', () => {
  const error = corrupt('object-size', 'a/b', 5, 4, { details: { block: 2 } });
  expect(error).toMatchObject({ kind: 'Corrupt', name: 'Corrupt', code: 'object-size', message: 'object size: a/b' });
  expect(error.details).toEqual({ key: 'a/b', expected: 5, actual: 4, block: 2 });
  expect(error.hint).toContain('alluvium verify');
  expect(corrupt('object-size', 'a/b', 5, 4, { hint: 'another' }).hint).toBe('another');
});

test('an error is the same beyond a process, but for its cause', () => {
  fc.assert(
    fc.property(anyError, (error) => {
      const report = reportError(error);
      const message = JSON.stringify(report);
      const travelled = errorFromReport(JSON.parse(message) as typeof report);
      expect(travelled).toBeInstanceOf(AlluviumError);
      expect(reportError(travelled)).toEqual(report);
      expect([travelled.name, travelled.message]).toEqual([error.name, error.message]);
      expect(travelled.details).toEqual(error.details);
    }),
  );
});

test('whatever is thrown becomes one of our errors, with the original as its cause', () => {
  const anyThrown = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withSparseArray: true });
  const odd = [
    Symbol('odd'),
    () => 1,
    {
      toString: () => {
        throw new Error('no');
      },
    },
    Object.create(null),
    new Error(''),
    undefined,
  ];
  const examples = odd.map((value): [unknown] => [value]);
  fc.assert(
    fc.property(anyThrown, (thrown) => {
      const error = toAlluviumError(thrown);
      expect(error).toMatchObject({ kind: 'Internal', code: 'unclassified' });
      expect(error.cause).toBe(thrown);
      expect(typeof error.message).toBe('string');
      expect(() => JSON.stringify(reportError(thrown))).not.toThrow();
    }),
    { examples },
  );
});

test('what is ours stays as it is; an abort is an interrupt; a message is kept', () => {
  const ours = invalid('a', 'b');
  expect(toAlluviumError(ours)).toBe(ours);
  expect(toAlluviumError(new DOMException('stop', 'AbortError'))).toMatchObject({
    kind: 'Canceled',
    code: 'interrupted',
  });
  expect(toAlluviumError(AbortSignal.abort().reason)).toMatchObject({ kind: 'Canceled', code: 'interrupted' });
  expect(toAlluviumError(new TypeError('x is not a function')).message).toBe('x is not a function');
  expect(toAlluviumError('text').message).toBe('text');
});
