import { readFileSync, writeFileSync } from 'node:fs';
import { documents } from './documents.ts';
import { runExamples } from './examples.ts';

/** `npm run docs:examples [FILE…]`: runs the examples of the documents, and writes what they print now. */
const named = process.argv.slice(2);

for (const path of named.length > 0 ? named : documents()) {
  const before = readFileSync(path, 'utf8');
  const after = runExamples(before);
  if (after === before) continue;
  writeFileSync(path, after);
  console.log(`updated ${path}`);
}
