import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** One paragraph of the documentation of Node's API. */
export interface NodeDoc {
  /** `<module>/<nnnn>`: the same for the same version of `@types/node`. */
  readonly id: string;
  readonly document: string;
  readonly metadata: { readonly module: string; readonly line: number };
}

const wordsMin = 6;
/** Generated from another project's protocol; the licence of the declarations themselves. */
const otherTexts = /^index|\.generated\b/;

/** Every paragraph in the JSDoc of `@types/node` (MIT licence), in the order of modules and lines, each text once. */
export function nodeDocs(): NodeDoc[] {
  const folder = dirname(createRequire(import.meta.url).resolve('@types/node/package.json'));
  const known = new Set<string>();
  return globSync('{*,{assert,dns,fs,readline,stream,timers}/*}.d.ts', { cwd: folder })
    .filter((file) => !otherTexts.test(file))
    .toSorted()
    .flatMap((file) => moduleDocs(file.slice(0, -'.d.ts'.length), readFileSync(join(folder, file), 'utf8'), known));
}

/** The paragraphs of one module's declarations that are not `known` yet. */
export function moduleDocs(module: string, source: string, known = new Set<string>()): NodeDoc[] {
  const docs: NodeDoc[] = [];
  for (const { text, line } of paragraphs(source)) {
    const document = plainText(text);
    if (document.split(' ').length < wordsMin || known.has(document)) continue;
    known.add(document);
    docs.push({ id: `${module}/${String(docs.length + 1).padStart(4, '0')}`, document, metadata: { module, line } });
  }
  return docs;
}

interface Paragraph {
  readonly text: string;
  /** 1-based line of the source. */
  readonly line: number;
}

/** What JSDoc comments say before their first tag, without code blocks. */
function* paragraphs(source: string): Generator<Paragraph> {
  for (const comment of source.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const firstLine = source.slice(0, comment.index).split('\n').length;
    yield* paragraphsOf(commentLines(comment[0]), firstLine);
  }
}

function* paragraphsOf(lines: readonly string[], firstLine: number): Generator<Paragraph> {
  let open: string[] = [];
  let inCode = false;
  for (const [index, line] of [...lines, ''].entries()) {
    const fence = line.startsWith('```');
    if (fence) inCode = !inCode;
    if (!fence && !inCode && line !== '') open.push(line);
    else if (open.length > 0) {
      yield { text: open.join(' '), line: firstLine + index - open.length };
      open = [];
    }
  }
}

function commentLines(comment: string): string[] {
  const lines = comment
    .slice('/**'.length, -'*/'.length)
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s*/, '').trimEnd());
  const tag = lines.findIndex((line) => line.startsWith('@'));
  return tag === -1 ? lines : lines.slice(0, tag);
}

/** Markdown and JSDoc links, code marks and emphasis as the words in them. */
function plainText(markdown: string): string {
  return markdown
    .replace(/^(?:#+ |> (?:Stability: )?)/, '')
    .replaceAll(/[`*]+|\\(?=[[\]_*<>])/g, '')
    .replaceAll(
      /\{@link(?:code|plain)?\s+([^}\s|]+)[|\s]*([^}]*)\}/g,
      (_, target: string, label: string) => label || target,
    )
    .replaceAll(/!?\[((?:[^[\]]|\[\])*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
