import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { documents, root } from './documents.ts';
import { runExamples, withoutChance } from './examples.ts';

/**
 * Runs the examples of the documents.
 *
 * `npm run docs:examples [FILE…]` writes what they print now. `npm run docs:check` ends with 1 where that is something else than what is written,
 * but for ids, times and sizes.
 */
const argv = process.argv.slice(2);
const isCheck = argv.includes('--check');
const named = argv.filter((word) => !word.startsWith('--'));

for (const path of named.length > 0 ? named : documents()) {
  const before = readFileSync(path, 'utf8');
  const after = runExamples(before);
  if (withoutChance(after) === withoutChance(before)) continue;
  if (isCheck) process.exitCode = 1;
  else writeFileSync(path, after);
  console.log(`${isCheck ? 'out of date' : 'updated'}: ${relative(root, path)}`);
}
