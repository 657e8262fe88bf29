import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
  const modules = new Map<string, Module>();
  const read = (path: string): Module => {
    const known = modules.get(path) ?? readModule(path);
    modules.set(path, known);
    return known;
  };
  const exported = read(index).exports;
  const texts = new Map<string, string>();
  const foreign = new Set<string>();
  const queue = [...exported];
  for (const place of queue) {
    if (texts.has(keyOf(place))) continue;
    if (!place.path.startsWith('/')) {
      foreign.add(`import type { ${place.name} } from '${place.path}';`);
      continue;
    }
    const { declarations, imports } = read(place.path);
    const text = declarations.get(place.name);
    if (text === undefined) throw new Error(`no declaration of ${place.name} in ${place.path}`);
    texts.set(keyOf(place), text);
    for (const name of namesIn(text)) {
      const mentioned = imports.get(name) ?? (declarations.has(name) ? { path: place.path, name } : undefined);
      if (mentioned !== undefined) queue.push(mentioned);
    }
  }
  const isExported = new Set(exported.map(keyOf));
  const [open, closed] = [true, false].map((wanted) =>
    [...texts].filter(([key]) => isExported.has(key) === wanted).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ) as [[string, string][], [string, string][]];
  return [
    '// Exported by the library.',
    ...[...foreign].toSorted(),
    ...open.map(([, text]) => text),
    '// Not exported by name, and yet part of it: what the above mention.',
    ...closed.map(([, text]) => text.replace(/^export (?=interface|type)|^export /gm, '')),
    '',
  ].join('\n\n');
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
  const text = readFileSync(path.replace(/\.ts$/, '.d.ts'), 'utf8');
  const declarations = new Map<string, string>();
  const imports = new Map<string, Place>();
  const exports: Place[] = [];
  for (const statement of text.split(/\n(?=[^\s}])/).map((piece) => piece.trim())) {
    const [, verb, list, source] = /^(import|export) (?:type )?\{([^}]*)\} from '([^']+)';$/.exec(statement) ?? [];
    if (list !== undefined && source !== undefined) {
      const from = source.startsWith('.') ? resolve(path, '..', source) : source;
      for (const [local, name] of listed(list)) {
        if (verb === 'import') imports.set(local, { path: from, name });
        else exports.push({ path: from, name });
      }
      continue;
    }
    const name = /^(?:export )?(?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/.exec(
      statement,
    )?.[1];
    if (name !== undefined) declarations.set(name, [declarations.get(name), statement].filter(Boolean).join('\n'));
    else if (statement !== '' && statement !== 'export {};') throw new Error(`not understood in ${path}: ${statement}`);
  }
  return { declarations, imports, exports };
}

/** `type A, B as C` as pairs of the name here and the name there. */
function listed(list: string): [string, string][] {
  return list
    .split(',')
    .map((entry) => entry.trim().replace(/^type /, ''))
    .filter((entry) => entry !== '')
    .map((entry) => entry.split(' as '))
    .map(([name = '', local = name]) => [local, name]);
}
