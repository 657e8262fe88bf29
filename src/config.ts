import { access, readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalid, notFound } from './domain/errors.ts';
import type { Provider } from './provider/contract.ts';

/**
 * What `alluvium.config.ts` may say. Everything is optional; a flag and an environment variable win over it.
 */
export interface AlluviumConfig {
  /** A folder, relative to the working directory, or a `file:` URL. */
  readonly store?: string;
  readonly stage?: string;
  /** Worker processes. */
  readonly workers?: number;
  /** Tasks of one state that run at the same time. */
  readonly concurrency?: number;
  readonly deltasPerChunk?: number;
  readonly recordsPerBatch?: number;
  /** Embedding providers of your own, chosen by their `name`. */
  readonly providers?: readonly Provider[];
}

export interface LoadedConfig {
  readonly config: AlluviumConfig;
  /** Null where there is no configuration file. */
  readonly path: string | null;
}

const fileNames = ['alluvium.config.ts', 'alluvium.config.js', 'alluvium.config.mjs', 'alluvium.config.json'];

const expectations: Readonly<Record<keyof AlluviumConfig, string>> = {
  store: 'a string',
  stage: 'a string',
  workers: 'a number',
  concurrency: 'a number',
  deltasPerChunk: 'a number',
  recordsPerBatch: 'a number',
  providers: 'a list of providers',
};

/**
 * Gives a configuration its type. It changes nothing.
 *
 * @example
 * // alluvium.config.ts
 * import { defineConfig } from 'alluvium';
 * export default defineConfig({ store: './vectors', concurrency: 8 });
 */
export function defineConfig(config: AlluviumConfig): AlluviumConfig {
  return config;
}

/**
 * The configuration at `path`, or the `alluvium.config.{ts,js,mjs,json}` of `directory`, or an empty one. `Invalid` where it
 * cannot be loaded, or says something that is unknown.
 */
export async function loadConfig(path: string | undefined, directory: string): Promise<LoadedConfig> {
  const found = path === undefined ? await findConfig(directory) : await namedConfig(resolve(directory, path));
  if (found === null) return { config: {}, path: null };
  return { config: checkConfig(await readConfig(found), found), path: found };
}

async function findConfig(directory: string): Promise<string | null> {
  const candidates = fileNames.map((name) => resolve(directory, name));
  const present = await Promise.all(candidates.map(exists));
  const [first, second] = candidates.filter((_, index) => present[index]);
  if (first !== undefined && second !== undefined) {
    throw invalid(
      'config-ambiguous',
      `there are two configuration files, keep one: ${basename(first)}, ${basename(second)}`,
    );
  }
  return first ?? null;
}

async function namedConfig(path: string): Promise<string> {
  if (!(await exists(path))) throw notFound('config-file', `there is no configuration file ${path}`);
  return path;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function readConfig(path: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'));
    return (await importConfig(path)).default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid('config-load', `the configuration cannot be loaded: ${path}`, { cause, details: { path, reason } });
  }
}

/**
 * Imports the file, to which `alluvium` is the very copy that runs: it may be a clone that was never built, or installed where the file does
 * not see it. A second copy would know neither our errors nor our limits.
 */
async function importConfig(path: string): Promise<{ default?: unknown }> {
  const library = new URL(import.meta.url.endsWith('.ts') ? './index.ts' : './index.js', import.meta.url).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'alluvium' ? { url: library, shortCircuit: true } : next(specifier, context),
  });
  try {
    return (await import(pathToFileURL(path).href)) as { default?: unknown };
  } finally {
    hooks.deregister();
  }
}

function checkConfig(value: unknown, path: string): AlluviumConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('config-export', `the configuration's default export is not an object: ${path}`, {
      hint: 'write: export default defineConfig({ … })',
    });
  }
  for (const [key, entry] of Object.entries(value)) checkEntry(key, entry, path);
  return value;
}

function checkEntry(key: string, entry: unknown, path: string): void {
  if (!Object.hasOwn(expectations, key)) {
    const known = Object.keys(expectations).join(', ');
    throw invalid('config-key', `unknown key "${key}" in ${path}; known: ${known}`, { details: { key, path } });
  }
  const expected = expectations[key as keyof AlluviumConfig];
  const actual = Array.isArray(entry) && entry.every(isProvider) ? 'a list of providers' : `a ${typeof entry}`;
  if (entry !== undefined && actual !== expected) {
    throw invalid('config-value', `"${key}" must be ${expected}: ${path}`, { details: { key, path } });
  }
}

function isProvider(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && 'embed' in value && 'submit' in value;
}
