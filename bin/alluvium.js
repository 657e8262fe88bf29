#!/usr/bin/env node
// Plain JavaScript that even an old Node can parse, so that it can say what is wrong.
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // A clone runs its TypeScript as it is; an installed package has it built.
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const built = new URL('../dist/cli/main.js', import.meta.url);
  const { main, saveMemory } = await import((existsSync(source) ? source : built).href);
  saveMemory();
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    `alluvium needs Node 22.18 or newer, this is ${process.versions.node}: install a newer one, or use \`npx alluvium\` in a clone, which brings its own.\n`,
  );
  process.exitCode = 2;
}
