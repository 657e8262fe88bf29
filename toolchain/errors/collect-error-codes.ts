import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import type { ErrorKind } from '../../src/domain/errors.ts';

/**
 * Every error code that the source uses, read from its syntax trees.
 *
 * 1. A code is a literal where the error is made, or an argument of a function in the same file that passes it on, or stands in `elsewhere`. Anything
 *    else is refused, so that no code goes undocumented.
 * 2. An object with a `kind` and a `code` is an error, whatever is made of it.
 */

const root = resolve(import.meta.dirname, '../..');

const factories: Readonly<Record<string, ErrorKind>> = {
  invalid: 'Invalid',
  notFound: 'NotFound',
  conflict: 'Conflict',
  unavailable: 'Unavailable',
  providerError: 'Provider',
  internal: 'Internal',
  corrupt: 'Corrupt',
};

/** Codes that come from another declaration: a union type, or the keys of an object. None: an error that is passed on. */
const elsewhere: Readonly<Record<string, readonly [file: string, declaration: string] | null>> = {
  'src/provider/immediate.ts: verdict.code': ['src/format/vector-gate.ts', 'GateCode'],
  'src/submit/normalize-record.ts: verdict.code': ['src/format/vector-gate.ts', 'GateCode'],
  'src/submit/normalize-record.ts: problem': ['src/submit/normalize-record.ts', 'metadataProblems'],
  'src/input/read-jsonl.ts: textLine.problem.code': null,
};

/** Where codes are made from those of the library that reads the command line. */
const usageErrors = 'src/cli/usage-error.ts';

export interface UsedCode {
  readonly kind: ErrorKind;
  readonly code: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Every kind with its codes, each once, in alphabetical order. */
export function collectErrorCodes(): UsedCode[] {
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const found = new Map<string, UsedCode>();
  for (const file of files) {
    const codes = file === usageErrors ? usageCodes() : new SourceFile(file).codes();
    for (const used of codes) found.set(`${used.kind}/${used.code}`, used);
  }
  return [...found.keys()].toSorted().flatMap((key) => found.get(key) ?? []);
}

/** The members of a union of strings, or the keys of an object, that a source file declares. */
export function declaredStrings(file: string, declaration: string): readonly string[] {
  return new SourceFile(file).declaredStrings(declaration);
}

/** `commander.unknownOption` → `unknown-option`, without those that are no errors. */
function usageCodes(): UsedCode[] {
  const library = join(dirname(createRequire(import.meta.url).resolve('commander')), 'lib');
  const text = globSync('*.js', { cwd: library })
    .map((file) => readFileSync(join(library, file), 'utf8'))
    .join('');
  const names = new Set([...text.matchAll(/'commander\.([a-zA-Z]+)'/g)].map(([, name = '']) => name));
  const harmless = /^(error|help|helpDisplayed|version|executeSubCommandAsync)$/;
  return [...names]
    .filter((name) => !harmless.test(name))
    .map((name) => ({ kind: 'Invalid', code: name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) }));
}

class SourceFile {
  readonly #file: string;
  readonly #text: string;
  readonly #program: Node;

  constructor(file: string) {
    this.#file = file;
    this.#text = readFileSync(join(root, file), 'utf8');
    this.#program = parseAst(this.#text, { lang: 'ts' }) as unknown as Node;
  }

  codes(): UsedCode[] {
    // What makes the errors cannot say which.
    if (this.#file === 'src/domain/errors.ts') return this.#codesIn('toAlluviumError').concat(this.#codesIn('corrupt'));
    return this.#codesIn(null);
  }

  declaredStrings(name: string): readonly string[] {
    for (const node of descendants(this.#program)) {
      if (node.type === 'TSTypeAliasDeclaration' && nameOf(node['id']) === name) return unionOf(node['typeAnnotation']);
      if (node.type === 'VariableDeclarator' && nameOf(node['id']) === name) return keysOf(node['init']);
    }
    throw new Error(`${this.#file} does not declare ${name}`);
  }

  #codesIn(functionName: string | null): UsedCode[] {
    const codes: UsedCode[] = [];
    for (const { node, functions } of withFunctions(this.#program)) {
      if (functionName !== null && functions.every(({ id }) => nameOf(id) !== functionName)) continue;
      const kind = node.type === 'CallExpression' ? factories[nameOf(node['callee'])] : undefined;
      if (kind !== undefined) {
        const [code] = node['arguments'] as Node[];
        if (code !== undefined) codes.push(...this.#stringsOf(code, functions).map((each) => ({ kind, code: each })));
      } else if (node.type === 'ObjectExpression') codes.push(...this.#objectCodes(node, functions));
    }
    return codes;
  }

  /** `{ kind: …, code: … }`; where both depend on one condition, they belong together. */
  #objectCodes(node: Node, functions: readonly Node[]): UsedCode[] {
    const [kind, code] = ['kind', 'code'].map((name) => memberOf(node, name));
    if (kind === undefined || code === undefined || kind.type === 'Identifier') return [];
    const kinds = this.#stringsOf(kind, functions);
    // Facts have kinds, too.
    if (kinds.some((each) => !Object.values(factories).includes(each as ErrorKind) && each !== 'Canceled')) return [];
    const codes = this.#stringsOf(code, functions);
    const pair = (index: number) => kinds[kinds.length === codes.length ? index : 0] as ErrorKind;
    return codes.map((each, index) => ({ kind: pair(index), code: each }));
  }

  #stringsOf(node: Node, functions: readonly Node[]): readonly string[] {
    switch (node.type) {
      case 'Literal':
        return [String(node['value'])];
      case 'ConditionalExpression':
        return [node['consequent'], node['alternate']].flatMap((each) => this.#stringsOf(each as Node, functions));
      case 'TemplateLiteral': {
        const [before = '', after = ''] = (node['quasis'] as { value: { cooked: string } }[]).map(
          ({ value }) => value.cooked,
        );
        const [inner] = node['expressions'] as Node[];
        const middles = inner === undefined ? [''] : this.#stringsOf(inner, functions);
        return middles.map((middle) => before + middle + after);
      }
      case 'Identifier':
        return this.#parameterStrings(node, functions) ?? this.#stringsElsewhere(node);
      default:
        return this.#stringsElsewhere(node);
    }
  }

  /** What a parameter may be: its type says so, or the calls of its function in this file. */
  #parameterStrings(node: Node, functions: readonly Node[]): readonly string[] | null {
    for (const enclosing of functions) {
      const parameters = enclosing['params'] as Node[];
      const position = parameters.findIndex((parameter) => nameOf(parameter) === nameOf(node));
      if (position === -1) continue;
      const type = (parameters[position]?.['typeAnnotation'] as Node | null)?.['typeAnnotation'] as Node | undefined;
      if (type?.type === 'TSUnionType') return unionOf(type);
      return this.#argumentsOf(nameOf(enclosing['id']), position);
    }
    return null;
  }

  #argumentsOf(functionName: string, position: number): readonly string[] {
    const strings: string[] = [];
    for (const { node, functions } of withFunctions(this.#program)) {
      if (node.type !== 'CallExpression' || nameOf(node['callee']) !== functionName) continue;
      const argument = (node['arguments'] as Node[])[position];
      if (argument !== undefined) strings.push(...this.#stringsOf(argument, functions));
    }
    return strings;
  }

  #stringsElsewhere({ start, end }: Node): readonly string[] {
    const place = `${this.#file}: ${this.#text.slice(start, end)}`;
    const declared = elsewhere[place];
    if (declared === undefined)
      throw new Error(`write the error's code as a literal, or list it in elsewhere: ${place}`);
    return declared === null ? [] : declaredStrings(...declared);
  }
}

/** Every node below, and the functions that it lies in, the innermost first. */
function* withFunctions(
  node: Node,
  functions: readonly Node[] = [],
): Generator<{ readonly node: Node; readonly functions: readonly Node[] }> {
  yield { node, functions };
  const inner = 'params' in node && Array.isArray(node['params']) ? [node, ...functions] : functions;
  for (const child of childrenOf(node)) yield* withFunctions(child, inner);
}

function* descendants(node: Node): Generator<Node> {
  for (const each of withFunctions(node)) yield each.node;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'type' in value);
}

function nameOf(node: unknown): string {
  return (node as { name?: string } | null)?.name ?? '';
}

function memberOf(object: Node, name: string): Node | undefined {
  const property = (object['properties'] as Node[]).find(({ key }) => nameOf(key) === name);
  return property?.['value'] as Node | undefined;
}

function keysOf(node: unknown): string[] {
  const object = (node as Node).type === 'ObjectExpression' ? (node as Node) : ((node as Node)['expression'] as Node);
  return (object['properties'] as Node[]).map(({ key }) => (key as { value?: string }).value ?? nameOf(key));
}

function unionOf(node: unknown): string[] {
  const types = (node as { types?: Node[] }).types ?? [node as Node];
  return types
    .filter(({ type }) => type === 'TSLiteralType')
    .map(({ literal }) => String((literal as { value: unknown }).value));
}
