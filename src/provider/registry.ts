import { invalid, notFound } from '../domain/errors.ts';
import type { CollectionSettings } from '../domain/facts.ts';
import type { Provider } from './contract.ts';
import { filesName, filesProvider } from './files.ts';
import { givenName, givenProvider } from './given.ts';
import { localProvider } from './local.ts';
import { localDimension, localModel } from './ngram-embedder.ts';

/** What a user asks of a provider; what is undefined is left to the provider. */
export interface ProviderWanted {
  readonly model?: string | undefined;
  readonly dimension?: number | undefined;
}

/** What a built-in provider takes where nothing is said. */
export interface ProviderDefaults {
  /** Null where the user must say. */
  readonly model: string | null;
  /** Null where only the records, or the user, can tell. */
  readonly dimension: number | null;
}

export const defaultProviders = {
  local: { model: localModel, dimension: localDimension },
  given: { model: givenName, dimension: null },
  files: { model: null, dimension: null },
} as const satisfies Readonly<Record<string, ProviderDefaults>>;

/** The provider that embeds a collection, with exactly the collection's model and dimension. */
export function providerFor(settings: CollectionSettings, custom: readonly Provider[]): Provider {
  const { provider, model, dimension } = settings;
  return providerNamed(provider, { model, dimension }, custom);
}

/**
 * A provider by its name: one of the built-in ones, or of `custom`. Throws `NotFound` for a name that nobody has, `Invalid` where its
 * model or dimension are not the wanted ones.
 */
export function providerNamed(name: string, wanted: ProviderWanted, custom: readonly Provider[]): Provider {
  const named = custom.filter((provider) => provider.name === name);
  if (Object.hasOwn(defaultProviders, name)) {
    if (named.length === 0) return builtInProvider(name, wanted);
    throw invalid('provider-name-taken', `your own provider needs another name, this one is built in: ${name}`);
  }
  if (named.length === 0) throw providerUnknown(name, custom);
  const [fitting, another] = named.filter((provider) => fits(provider, wanted));
  if (fitting === undefined) throw providerDiffers(name, wanted, named);
  if (another === undefined) return fitting;
  throw invalid('provider-ambiguous', `several providers have this name, say which model or dimension: ${name}`, {
    hint: `there are ${named.map(describe).join('; ')}`,
  });
}

/** One of the built-in providers. */
export function builtInProvider(name: string, wanted: ProviderWanted): Provider {
  if (name === 'local') {
    const provider = localProvider({ dimension: wanted.dimension });
    if (fits(provider, wanted)) return provider;
    throw providerDiffers(name, wanted, [provider]);
  }
  if (name === filesName) return builtInFiles(wanted);
  if (name !== 'given') throw providerUnknown(name, []);
  const { model = defaultProviders.given.model, dimension } = wanted;
  if (dimension !== undefined) return givenProvider({ model, dimension });
  throw invalid('dimension-unknown', 'nothing says which dimension the given vectors have', {
    hint: 'state the dimension',
  });
}

function builtInFiles({ model, dimension }: ProviderWanted): Provider {
  if (model !== undefined && model !== '' && dimension !== undefined) return filesProvider({ model, dimension });
  throw invalid('files-space', 'nothing says which model embeds the files, and with which dimension', {
    hint: 'state both: --model and --dimension',
  });
}

function fits(provider: Provider, { model, dimension }: ProviderWanted): boolean {
  return (model ?? provider.model) === provider.model && (dimension ?? provider.dimension) === provider.dimension;
}

function providerDiffers(name: string, wanted: ProviderWanted, found: readonly Provider[]): Error {
  return invalid('provider-differs', `provider ${name} makes other vectors than are wanted: ${describe(wanted)}`, {
    hint: `it makes ${found.map(describe).join('; ')}; a collection keeps its model and dimension, so use another one for other vectors`,
    details: { provider: name, model: wanted.model ?? null, dimension: wanted.dimension ?? null },
  });
}

function describe({ model, dimension }: ProviderWanted): string {
  return `model ${model ?? 'any'}, dimension ${dimension ?? 'any'}`;
}

function providerUnknown(name: string, custom: readonly Provider[]): Error {
  const known = [...new Set([...Object.keys(defaultProviders), ...custom.map((provider) => provider.name)])];
  return notFound(
    'provider-unknown',
    `there is no provider of this name; known: ${known.join(', ')}; asked for: ${name}`,
    {
      hint: 'list your own, such as embedWith(…) with that name, under `providers` in alluvium.config.ts',
      details: { provider: name, known: known.join(', ') },
    },
  );
}
