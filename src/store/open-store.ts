import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corrupt, invalid, notFound } from '../domain/errors.ts';
import type { StoreFact } from '../domain/facts.ts';
import { assertName, storeKey } from '../domain/keys.ts';
import { timestamp } from '../runtime/clock.ts';
import type { Store } from './contract.ts';
import { createFact, findFact } from './facts.ts';
import { LocalStore } from './local.ts';

/** An opened store: its driver, and the stage it belongs to. */
export interface AlluviumStore {
  readonly store: Store;
  readonly stage: string;
  /** What another process opens to get the same store. */
  readonly url: string;
}

export interface OpenOptions {
  /** Default `dev`. A store of another stage is refused. */
  readonly stage?: string | undefined;
  /** Makes the store where its root is empty. Default: an absent store is `NotFound`. */
  readonly create?: boolean | undefined;
  /** Told once what the driver cannot do here. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const format = 1;

/**
 * Opens the store at a local folder (a path or a `file:` URL).
 *
 * @example
 * const store = await openStore('./.alluvium', { create: true });
 */
export async function openStore(location: string, options: OpenOptions = {}): Promise<AlluviumStore> {
  return openOn(openDriver(location, options.onWarning), options);
}

/**
 * Opens a store on a driver of your own, such as a `MemoryStore`.
 *
 * @example
 * const store = await openOn(new MemoryStore(), { create: true });
 */
export async function openOn(store: Store, options: OpenOptions = {}): Promise<AlluviumStore> {
  const stage = options.stage ?? 'dev';
  assertName('stage', stage);
  const fact = (await findFact<StoreFact>(store, storeKey))?.fact ?? (await createStore(store, stage, options));
  if (fact.format !== format) {
    throw invalid('format-unknown', `the store has format ${fact.format}, this version reads ${format}: ${store.url}`, {
      hint: 'install the version of alluvium that wrote it, or a newer one',
    });
  }
  if (fact.stage !== stage) {
    throw invalid('stage-mismatch', `the store belongs to stage ${fact.stage}, not ${stage}: ${store.url}`, {
      hint: `use --stage ${fact.stage}, or another store`,
      details: { expected: stage, actual: fact.stage },
    });
  }
  return { store, stage, url: store.url };
}

async function createStore(store: Store, stage: string, { create }: OpenOptions): Promise<StoreFact> {
  for await (const object of store.list('')) {
    const made = await findFact<StoreFact>(store, storeKey);
    // By another process, since we looked.
    if (made !== null) return made.fact;
    throw corrupt('object-missing', storeKey, 'present', 'absent', {
      hint: `the folder is not empty (${object.key}): restore ${storeKey}, or choose another store`,
    });
  }
  if (create !== true) {
    throw notFound('store-absent', `there is no store at ${store.url}`, {
      hint: 'hand in records first: alluvium submit FILE; or name another store with --store',
    });
  }
  const body: StoreFact = { format, stage, createdAt: timestamp() };
  const { stored } = await createFact(store, storeKey, body);
  return stored.fact;
}

function openDriver(location: string, onWarning?: (message: string) => void): Store {
  const scheme = /^(file(?=:)|[a-z][a-z0-9+.-]+(?=:\/\/))/i.exec(location)?.[0].toLowerCase();
  if (scheme === 'file') return localStore(pathOf(location), onWarning);
  if (scheme !== undefined) {
    throw invalid('store-scheme', `a store is a folder or a file: URL, not ${scheme}: ${location}`);
  }
  return localStore(location, onWarning);
}

/** An empty path would be the working directory, which nobody has named: a shell's unset variable has. */
function localStore(path: string, onWarning?: (message: string) => void): Store {
  if (path !== '' && !path.includes('\0')) return new LocalStore(resolve(path), onWarning);
  throw invalid('store-path', `a store needs the path of a folder: ${JSON.stringify(path)}`);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw invalid('store-url', `this file: URL names no folder of this machine: ${url}`, {
      cause,
      hint: 'write file:///absolute/path, or the path alone',
    });
  }
}
