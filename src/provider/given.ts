import type { Provider } from './contract.ts';
import { immediateProvider } from './immediate.ts';

/** The provider name of collections and batches whose vectors are handed in. */
export const givenName = 'given';

/** Vectors of one piece of output. */
const vectorsPerPiece = 256;

export interface GivenOptions {
  /** What the vectors were made with. It is only written down. */
  readonly model: string;
  readonly dimension: number;
}

/** For records that carry their vectors: gives these back, and cannot embed a text. */
export function givenProvider({ model, dimension }: GivenOptions): Provider {
  return immediateProvider({ name: givenName, model, dimension, textsPerCall: vectorsPerPiece, embedTexts: null });
}
