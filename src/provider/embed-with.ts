import type { Provider } from './contract.ts';
import { type EmbedTexts, immediateProvider } from './immediate.ts';

export interface EmbedWithOptions {
  /** Names what the function does: a collection keeps it, and other vectors do not belong there. */
  readonly model: string;
  readonly dimension: number;
  /** What `collection.json` and the command line call this provider. */
  readonly name?: string | undefined;
  /** The most texts of one call. */
  readonly textsPerCall?: number | undefined;
}

/**
 * A provider from a function that turns texts into vectors: one for each text, in their order.
 *
 * A call that throws, or returns another number of vectors, fails the batch with a `Provider` error; it stays pending and is tried
 * again. A single vector that is unusable (of another dimension, zero, not finite) makes its record residue.
 *
 * @example
 * import { embed } from './my-model.ts';
 *
 * const provider = embedWith((texts, { signal }) => embed(texts, signal), { model: 'my-model', dimension: 768 });
 * const lines = inputLines([{ id: '1', document: 'a river carries sand' }]);
 * await submit(store, 'rivers', lines, { provider: provider.name, providers: [provider] });
 * await ingest(store, { providers: [provider] });
 */
export function embedWith(
  embedTexts: EmbedTexts,
  { model, dimension, name = 'embedWith', textsPerCall = 128 }: EmbedWithOptions,
): Provider {
  return immediateProvider({ name, model, dimension, textsPerCall, embedTexts });
}
