import { type ErrorKind, errorPolicies } from '../../src/domain/errors.ts';
import { residueStatuses } from '../../src/provider/residue-codes.ts';
import { type CodeGuide, errorGuide, residueGuide, strayGuide } from './error-guide.ts';

const kinds = Object.keys(errorPolicies) as ErrorKind[];

const intro = `<!-- Made by \`npm run docs:errors\` from the source and toolchain/errors/error-guide.ts: change those, not this. -->

# Errors

Every error has a **kind**, by which a program decides what to do, and a **code**, which says what went wrong and is stable: a program may rely on both. On a
terminal, the last line of an error leads to its place on this page:

<!-- run: alluvium submit demo/articles.jsonl -c lines -->

\`\`\`console
$ alluvium query "total amount" -c linse
error: there is no such collection: linse
  hint: there are: lines
  see: docs/errors.md#notfound-collection-absent
\`\`\`

With \`--json\` the same error is one object on standard output. \`details\` are flat and depend on the code; \`hint\` may be null.

\`\`\`json
{
  "error": {
    "kind": "NotFound",
    "code": "collection-absent",
    "message": "there is no such collection: linse",
    "hint": "there are: lines",
    "details": { "collection": "linse" }
  }
}
\`\`\`

In the library it is an \`AlluviumError\` with the same fields; \`errorPolicies[error.kind]\` is the table below. An \`ingest\` that ends without an error has an outcome
instead, with exit codes of its own: see [operations](operations.md#exit-codes).
`;

/** \`docs/errors.md\` */
export function renderErrorPage(): string {
  const sections = kinds.map(renderKind);
  return [intro, kindTable(), ...sections, renderResidue(), renderStrays()].join('\n');
}

function kindTable(): string {
  const rows = kinds.map((kind) => {
    const { exitCode, retry, blame, meaning } = errorPolicies[kind];
    return [`[${kind}](#${kind.toLowerCase()})`, String(exitCode), retry ? 'yes' : 'no', blame, meaning];
  });
  return renderTable(['kind', 'exit code', 'tried again', 'blame', 'meaning'], rows);
}

function renderKind(kind: ErrorKind): string {
  const { exitCode, retry, blame, meaning } = errorPolicies[kind];
  const { todo, codes } = errorGuide[kind];
  const head = `${capitalized(meaning)}. Exit code ${exitCode}; ${retry ? 'tried again by itself' : 'not tried again'}; blame: ${blame}.`;
  const entries = Object.keys(codes)
    .toSorted()
    .map((code) => renderCode(kind, code, codes[code] ?? ''));
  return [`## ${kind}\n`, `${head}\n`, `→ ${todo}\n`, ...entries].join('\n');
}

function renderCode(kind: ErrorKind, code: string, guide: CodeGuide): string {
  const [meaning, todo] = typeof guide === 'string' ? [guide] : guide;
  const heading = `### ${kind} \`${code}\`\n\n${meaning}\n`;
  return todo === undefined ? heading : `${heading}\n→ ${todo}\n`;
}

function renderResidue(): string {
  const rows = Object.entries(residueStatuses).map(([code, status]) => [
    `\`${code}\``,
    status,
    residueGuide[code] ?? '',
  ]);
  return `## Residue

Records of a batch that came back without a usable vector are **residue**: named with a reason in \`residue/<sha256>.json\`, counted by \`status\`, and the cause of
\`CompleteWithQuarantine\`. What is \`retryable\` may succeed as it is, what is \`rejected\` will not before something changes. Handing a record in again embeds it again.

${renderTable(['code', 'status', 'meaning'], rows)}`;
}

function renderStrays(): string {
  const rows = Object.entries(strayGuide).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return `## Strays

Lines of a provider’s output that are odd, although no record goes without an answer because of them. They stand beside the residue and cost nothing.

${renderTable(['code', 'meaning'], rows)}`;
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), name.length),
  );
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
