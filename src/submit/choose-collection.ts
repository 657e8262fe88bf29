import { conflict, invalid } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { CollectionFact, CollectionSettings } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import type { Provider } from '../provider/contract.ts';
import { givenName } from '../provider/given.ts';
import { providerFor, providerNamed } from '../provider/registry.ts';
import { timestamp } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact } from '../store/facts.ts';
import type { InputRecord, SubmitOptions } from './types.ts';

type Wanted = Pick<SubmitOptions, 'provider' | 'model' | 'dimension' | 'metric'>;

/** The settings of an existing collection, or those that a new one will have, judged by its first record. Writes nothing. */
export async function chooseCollection(
  store: Store,
  collection: string,
  wanted: Wanted,
  first: InputRecord,
  custom: readonly Provider[],
): Promise<CollectionSettings> {
  const standing = await findFact<CollectionFact>(store, collectionKeys(collection).collection);
  if (standing !== null) return agree(standing.fact, wanted);
  const settings = newSettings(collection, wanted, first, custom);
  if (!Number.isInteger(settings.dimension) || settings.dimension < 1 || settings.dimension > limits.dimensionMax) {
    throw invalid('dimension', `a dimension is a whole number from 1 to ${limits.dimensionMax}: ${settings.dimension}`);
  }
  return settings;
}

/** Writes `collection.json`, or adopts the one that another hand-in has written meanwhile if it says the same. */
export async function createCollection(store: Store, settings: CollectionSettings): Promise<Stored<CollectionFact>> {
  const key = collectionKeys(settings.collection).collection;
  const standing = await findFact<CollectionFact>(store, key);
  const stored =
    standing ?? (await createFact<CollectionFact>(store, key, { ...settings, createdAt: timestamp() })).stored;
  for (const field of ['provider', 'model', 'dimension', 'metric'] as const) {
    if (stored.fact[field] !== settings[field]) {
      throw conflict(
        'collection-raced',
        `the collection was just created with another ${field}: ${stored.fact[field]}`,
        {
          hint: 'submit again',
          details: { collection: settings.collection, field },
        },
      );
    }
  }
  return stored;
}

function newSettings(
  collection: string,
  { provider, model, dimension, metric = 'cosine' }: Wanted,
  first: InputRecord,
  custom: readonly Provider[],
): CollectionSettings {
  const name = provider ?? (first.vector === null || first.vector === undefined ? undefined : givenName);
  if (name === givenName) {
    const length = dimension ?? first.vector?.length;
    if (length === undefined) {
      throw invalid('dimension-unknown', 'the first record has no vector to take the dimension from; use --dimension');
    }
    return { collection, provider: givenName, model: model ?? givenName, dimension: length, metric };
  }
  const chosen = providerNamed(name ?? 'local', { model, dimension }, custom);
  const settings = { collection, provider: chosen.name, model: chosen.model, dimension: chosen.dimension, metric };
  providerFor(settings, custom);
  return settings;
}

function agree(fact: CollectionFact, wanted: Wanted): CollectionSettings {
  for (const field of ['provider', 'model', 'dimension', 'metric'] as const) {
    if (wanted[field] !== undefined && wanted[field] !== fact[field]) {
      throw invalid(
        'collection-differs',
        `collection ${fact.collection} has ${field} ${fact[field]}, not ${wanted[field]}`,
        {
          hint: 'a collection keeps its settings; hand in to another one with -c',
          details: { collection: fact.collection, field, expected: wanted[field] ?? null, actual: fact[field] },
        },
      );
    }
  }
  const { collection, provider, model, dimension, metric } = fact;
  return { collection, provider, model, dimension, metric };
}
