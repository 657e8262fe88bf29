import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The paths of everything that is written for people. */
export function documents(): string[] {
  return globSync(['*.md', 'docs/*.md'], { cwd: root })
    .toSorted()
    .map((path) => join(root, path));
}
