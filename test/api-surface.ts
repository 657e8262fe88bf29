import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The library's signatures as one text: each exported name with its declaration, and every type that those mention.
 *
 * The compiler writes the declarations, without comments. In them a line that does not begin with a space or `}` begins a statement.
 */

/** Where a name is declared. */
interface Place {
  readonly path: string;
  readonly name: string;
}

interface Module {
  /** Whole declarations by name; overloads stand together. */
  readonly declarations: ReadonlyMap<string, string>;
  readonly imports: ReadonlyMap<string, Place>;
  readonly exports: readonly Place[];
}

const root = resolve(import.meta.dirname, '..');
const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');

export function apiSurface(): string {
  const folder = mkdtempSync(join(tmpdir(), 'alluvium-api-'));
  try {
    emitDeclarations(folder);
    return surfaceOf(join(folder, 'index.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Emits whatever the types are: `npm run types` judges them. */
function emitDeclarations(folder: string): void {
  const settings = ['--emitDeclarationOnly', '--removeComments', '--noEmitOnError', 'false', '--noCheck'];
  const maps = ['--sourceMap', 'false', '--inlineSources', 'false'];
  const argv = ['-p', 'tsconfig.build.json', '--outDir', folder, ...settings, ...maps];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...argv], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the declarations cannot be emitted: ${stdout}`);
}

function surfaceOf(index: string): string {
  const { exports } = readModule(index);
  const named = new Set(exports.map(keyOf));
  const found = [...declarationsFrom(exports)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    '// Exported by the library.',
    ...found.filter(([key]) => named.has(key)).map(([, text]) => text),
    '// Not exported, and yet part of it: what the above mention.',
    ...found.filter(([key]) => !named.has(key)).map(([, text]) => text.replaceAll(/^export /gm, '')),
    '',
  ].join('\n\n');
}

/** The declarations at these places, of all that they mention, and so on. */
function declarationsFrom(places: readonly Place[]): Map<string, string> {
  const found = new Map<string, string>();
  const queue = [...places];
  for (const place of queue) {
    if (found.has(keyOf(place))) continue;
    if (!isAbsolute(place.path)) {
      found.set(keyOf(place), `import type { ${place.name} } from '${place.path}';`);
      continue;
    }
    const { declarations, imports } = readModule(place.path);
    const text = declarations.get(place.name);
    if (text === undefined) throw new Error(`no declaration of ${place.name} in ${place.path}`);
    found.set(keyOf(place), text);
    for (const name of namesIn(text)) {
      const imported = imports.get(name);
      if (imported !== undefined) queue.push(imported);
      else if (declarations.has(name)) queue.push({ path: place.path, name });
    }
  }
  return found;
}

/** By name first, so that a declaration that moves to another file stays where it is. */
function keyOf({ path, name }: Place): string {
  return `${name} ${path}`;
}

/** The types that a declaration mentions: they begin with a capital, or are asked of a value. */
function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\b([A-Z]\w*)\b|\btypeof (\w+)/g)].map(([, type, value]) => type ?? value ?? ''));
}

function readModule(path: string): Module {
  const declarations = new Map<string, string>();
  const imports = new Map<string, Place>();
  const exports: Place[] = [];
  const text = readFileSync(path.replace(/\.ts$/, '.d.ts'), 'utf8').replace('export {};', '');
  for (const statement of text.trim().split(/\n(?=[^\s}])/)) {
    const [, verb, list, source = ''] = /^(import|export) (?:type )?\{([^}]*)\} from '([^']+)';$/.exec(statement) ?? [];
    const [, name] = declaration.exec(statement) ?? [];
    if (list !== undefined) {
      const from = source.startsWith('.') ? resolve(path, '..', source) : source;
      for (const [local, there] of listed(list)) {
        if (verb === 'import') imports.set(local, { path: from, name: there });
        else exports.push({ path: from, name: there });
      }
    } else if (name !== undefined) {
      const overloads = declarations.get(name);
      declarations.set(name, overloads === undefined ? statement : `${overloads}\n${statement}`);
    } else throw new Error(`not understood in ${path}: ${statement}`);
  }
  return { declarations, imports, exports };
}

const declaration = /^(?:export )?(?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/;

/** `type A, B as C` as pairs of the name here and the name there. */
function listed(list: string): [string, string][] {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^type /, ''))
    .filter((entry) => entry !== '')
    .map((entry) => entry.split(' as '))
    .map(([name = '', local = name]) => [local, name]);
}
