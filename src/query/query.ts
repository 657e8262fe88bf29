import { canonicalJson } from '../domain/canonical-json.ts';
import { internal, invalid } from '../domain/errors.ts';
import type { CollectionFact } from '../domain/facts.ts';
import { compareIds } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import type { Row } from '../domain/row.ts';
import { gateVector } from '../format/vector-gate.ts';
import { readCollection } from '../ledger/read-collections.ts';
import type { Provider } from '../provider/contract.ts';
import { providerFor } from '../provider/registry.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { liveBlocks, requireSnapshot } from './read-rows.ts';
import { similarityTo } from './similarity.ts';

export interface QueryOptions {
  readonly collection: string;
  /** Embedded by the collection's provider. Either this or `vector`. */
  readonly text?: string | undefined;
  readonly vector?: readonly number[] | Float32Array | undefined;
  /** How many results, at most. Default 10. */
  readonly k?: number | undefined;
  /** Only rows whose metadata has all these members with equal values. */
  readonly where?: { readonly [key: string]: unknown } | undefined;
  /** Default: the latest. */
  readonly version?: number | undefined;
  readonly providers?: readonly Provider[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The `--json` contract of `query`. */
export interface QueryResult {
  readonly collection: string;
  readonly version: number;
  /** Nearest first; equal scores by id. */
  readonly results: readonly QueryHit[];
}

export interface QueryHit {
  readonly id: string;
  /** Higher is nearer: cosine, inner product, or negative distance. */
  readonly score: number;
  readonly document: string | null;
  readonly metadata: unknown;
}

const resultsDefault = 10;

/**
 * The nearest rows of a published version, by comparing with every live row: exact, and as fast as the disk. For an index that answers
 * many queries, serve the snapshot from a vector database.
 *
 * @example
 * const { results } = await query(store, { collection: 'notes', text: 'what a river carries', k: 5 });
 */
export async function query(store: AlluviumStore, options: QueryOptions): Promise<QueryResult> {
  const { collection, k = resultsDefault, where = {}, signal } = options;
  if (!Number.isInteger(k) || k < 1 || k > limits.queryResultsMax) {
    throw invalid('query-k', `the number of results is a whole number from 1 to ${limits.queryResultsMax}: ${k}`);
  }
  const settings = (await readCollection(store.store, collection, { signal })).fact;
  const manifest = await requireSnapshot(store.store, collection, options);
  const similarity = similarityTo(await queryVector(settings, options), settings.metric);

  const best = new BestHits(k);
  for await (const rows of liveBlocks(store.store, manifest.fact, settings.dimension, { signal })) {
    for (const row of rows) {
      if (row.vector !== null && matches(row, where)) best.offer(row, similarity(row.vector));
    }
  }
  return { collection, version: manifest.fact.version, results: best.hits() };
}

async function queryVector(settings: CollectionFact, options: QueryOptions): Promise<Float32Array> {
  const { text, vector, providers = [], signal } = options;
  if ((text === undefined) === (vector === undefined)) throw invalid('query-input', 'a query is a text or a vector');
  if (text === undefined) {
    const verdict = gateVector([...(vector ?? [])], settings.dimension);
    if ('vector' in verdict) return verdict.vector;
    throw invalid('query-vector', `the query vector cannot be used: ${verdict.message}`);
  }
  const [embedded] = await providerFor(settings, providers).embed([text], { signal });
  if (embedded === undefined) throw internal('query-embedding', 'the provider gave no vector for the query');
  return embedded;
}

function matches({ metadata }: Row, where: { readonly [key: string]: unknown }): boolean {
  const wanted = Object.entries(where);
  if (wanted.length === 0) return true;
  const members = metadata === null ? {} : (JSON.parse(metadata) as Record<string, unknown>);
  return wanted.every(
    ([key, value]) => Object.hasOwn(members, key) && canonicalJson(members[key]) === canonicalJson(value),
  );
}

/** The k best rows so far, kept sorted. Holds no vector: each is a view of a whole block. */
class BestHits {
  readonly #k: number;
  readonly #best: (Pick<Row, 'id' | 'document' | 'metadata'> & { readonly score: number })[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  offer({ id, document, metadata }: Row, score: number): void {
    const last = this.#best.at(-1);
    if (this.#best.length === this.#k && last !== undefined && !isBetter({ id, score }, last)) return;
    const at = this.#best.findIndex((other) => isBetter({ id, score }, other));
    this.#best.splice(at === -1 ? this.#best.length : at, 0, { id, document, metadata, score });
    this.#best.length = Math.min(this.#best.length, this.#k);
  }

  hits(): QueryHit[] {
    return this.#best.map(({ id, score, document, metadata }) => ({
      id,
      score,
      document,
      metadata: metadata === null ? null : (JSON.parse(metadata) as unknown),
    }));
  }
}

type Ranked = Pick<QueryHit, 'id' | 'score'>;

function isBetter(a: Ranked, b: Ranked): boolean {
  return a.score > b.score || (a.score === b.score && compareIds(a.id, b.id) < 0);
}
