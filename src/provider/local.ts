import type { Provider } from './contract.ts';
import { immediateProvider } from './immediate.ts';
import { embedText, localDimension, localModel } from './ngram-embedder.ts';

/** Enough to be quick, and few enough for a signal to be noticed in between. */
const textsPerCall = 256;

/**
 * Embeds offline, without a model to download or a key: lexical, not semantic. See `embedText`.
 *
 * @example
 * const [vector] = await localProvider().embed(['total amount'], {});
 */
export function localProvider({
  dimension = localDimension,
}: { readonly dimension?: number | undefined } = {}): Provider {
  return immediateProvider({
    name: 'local',
    model: localModel,
    dimension,
    textsPerCall,
    embedTexts: (texts) => texts.map((text) => embedText(text, dimension)),
  });
}
