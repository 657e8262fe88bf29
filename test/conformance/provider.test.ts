// The bug it would catch: a provider of ours that breaks the contract by which batches become deltas.
import { embedWith } from '../../src/provider/embed-with.ts';
import { givenProvider } from '../../src/provider/given.ts';
import { localProvider } from '../../src/provider/local.ts';
import { embedText } from '../../src/provider/ngram-embedder.ts';
import { providerConformance } from './provider.ts';

providerConformance('local', { open: () => localProvider() });

providerConformance('local, of another dimension', { open: () => localProvider({ dimension: 32 }) });

providerConformance('given', { open: () => givenProvider({ model: 'ada', dimension: 5 }), records: 'vectors' });

providerConformance('embedWith, lists of numbers, later', {
  open: () =>
    embedWith(async (texts) => texts.map((text) => [...embedText(text, 24)]), {
      model: 'test',
      dimension: 24,
      textsPerCall: 7,
    }),
});

providerConformance('embedWith, float32, at once, of any length', {
  open: () =>
    embedWith((texts) => texts.map((text) => embedText(text, 24).map((value) => value * 3)), {
      model: 'test',
      dimension: 24,
    }),
  unitVectors: false,
});
