// The bug it would catch: a provider of ours that breaks the contract by which batches become deltas.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Provider } from '../../src/provider/contract.ts';
import { embedWith } from '../../src/provider/embed-with.ts';
import { filesProvider } from '../../src/provider/files.ts';
import { givenProvider } from '../../src/provider/given.ts';
import { localProvider } from '../../src/provider/local.ts';
import { embedText } from '../../src/provider/ngram-embedder.ts';
import { answerRequests } from '../answer-requests.ts';
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

const folder = mkdtempSync(join(tmpdir(), 'alluvium-conformance-'));
afterAll(async () => rm(folder, { recursive: true }));

/** The folder provider, and somebody who answers at once. */
function answeredFiles(): Provider {
  const batches = mkdtempSync(join(folder, 'batches-'));
  const files = filesProvider({ model: 'm', dimension: 12, folder: batches });
  let seed = 0;
  return {
    ...files,
    submit: async (request, options) => {
      const job = await files.submit(request, options);
      await answerRequests(batches, { dimension: 12, files: 2, seed: ++seed });
      return job;
    },
  };
}

providerConformance('files', { open: answeredFiles, queries: false });
