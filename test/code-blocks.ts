/** A piece of code that stands in a document or a comment. */
export interface CodeBlock {
  /** What it belongs to: the heading above it, or the declaration below it. */
  readonly subject: string;
  readonly code: string;
}

/** The TypeScript of a Markdown document. */
export function blocksOfMarkdown(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let subject = '';
  for (const [, heading, code] of markdown.matchAll(/^#+ (.+)$|^```ts\n([\s\S]*?)^```$/gm)) {
    subject = heading ?? subject;
    if (code !== undefined) blocks.push({ subject, code });
  }
  return blocks;
}

/** The `@example`s of a module, each with the name that its comment documents; those of the module itself have none. */
export function examplesOf(source: string): CodeBlock[] {
  const comments = source.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export (?:async )?(?:function\*?|class|const) (\w+))?/g,
  );
  return [...comments].flatMap(([, comment = '', subject = '']) => {
    const text = comment.replaceAll(/^\s*\* ?/gm, '');
    const examples = text.matchAll(/^@example\n((?:(?!^@)[^\n]*\n?)*)/gm);
    return [...examples].map(([, code = '']) => ({ subject, code }));
  });
}
