// The bug it would catch: a collection is embedded by something else than what its vectors were made with.
import { expect, test } from 'vitest';
import type { CollectionSettings } from '../domain/facts.ts';
import { embedWith } from './embed-with.ts';
import { localDimension, localModel } from './ngram-embedder.ts';
import { builtInProvider, defaultProviders, providerFor, providerNamed } from './registry.ts';

function settings(provider: string, model: string, dimension: number): CollectionSettings {
  return { collection: 'lines', provider, model, dimension, metric: 'cosine' };
}

function mine(model: string, dimension: number, name = 'mine') {
  return embedWith((texts) => texts.map(() => Array.from({ length: dimension }, () => 1)), { name, model, dimension });
}

test('a built-in provider comes with the model and dimension of the collection', () => {
  expect(providerFor(settings('local', localModel, 64), [])).toMatchObject({ name: 'local', dimension: 64 });
  expect(providerFor(settings('given', 'ada', 3), [])).toMatchObject({ name: 'given', model: 'ada', dimension: 3 });
});

test('without wishes, a built-in provider takes its defaults', () => {
  expect(providerNamed('local', {}, [])).toMatchObject({ model: localModel, dimension: localDimension });
  expect(defaultProviders.local).toEqual({ model: localModel, dimension: localDimension });
  expect(builtInProvider('given', { dimension: 5 })).toMatchObject({ model: 'given', dimension: 5 });
  expect(() => builtInProvider('given', {})).toThrow(
    expect.objectContaining({ kind: 'Invalid', code: 'dimension-unknown' }),
  );
});

test('files are embedded by what the user says, and nothing is assumed', () => {
  expect(providerNamed('files', { model: 'ada', dimension: 5 }, [])).toMatchObject({ model: 'ada', dimension: 5 });
  for (const wanted of [{}, { model: 'ada' }, { dimension: 5 }, { model: '', dimension: 5 }]) {
    expect(() => builtInProvider('files', wanted)).toThrow(
      expect.objectContaining({ kind: 'Invalid', code: 'files-space' }),
    );
  }
});

test('of several own providers with one name, the one that fits is taken', () => {
  const [small, large] = [mine('m', 3), mine('m', 8)];
  expect(providerFor(settings('mine', 'm', 8), [small, large])).toBe(large);
  expect(providerNamed('mine', { dimension: 3 }, [small, large])).toBe(small);
  expect(() => providerNamed('mine', {}, [small, large])).toThrow(
    expect.objectContaining({ kind: 'Invalid', code: 'provider-ambiguous' }),
  );
});

test('another model or dimension than the collection has is refused', () => {
  const differs = expect.objectContaining({ kind: 'Invalid', code: 'provider-differs' });
  expect(() => providerFor(settings('mine', 'm', 3), [mine('m', 4)])).toThrow(differs);
  expect(() => providerFor(settings('mine', 'm', 3), [mine('n', 3)])).toThrow(differs);
  expect(() => providerFor(settings('local', 'local-ngram-0', localDimension), [])).toThrow(differs);
});

test('an unknown provider is answered with the known ones and what to do', () => {
  expect(() => providerFor(settings('openia', 'm', 3), [mine('m', 3)])).toThrow(
    expect.objectContaining({
      kind: 'NotFound',
      code: 'provider-unknown',
      message: 'there is no provider of this name; known: local, given, files, mine; asked for: openia',
      hint: expect.stringContaining('providers'),
    }),
  );
});

test('nobody takes the name of a built-in provider', () => {
  expect(() => providerFor(settings('local', 'm', 3), [mine('m', 3, 'local')])).toThrow(
    expect.objectContaining({ kind: 'Invalid', code: 'provider-name-taken' }),
  );
});
