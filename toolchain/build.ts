import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { bundleInterpreter } from './bundle-interpreter.ts';

/**
 * `npm run build`: what is published, made in `dist/` from `src/`.
 *
 * The compiler turns each module into JavaScript, its types and a source map. Only the module around the interpreter is bundled besides.
 */
const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
compile();
const bundled = await bundleInterpreter(join(root, 'src/engine/interpreter.ts'), join(dist, 'engine/interpreter.js'));
const { files, bytes } = sizeOf(dist);
console.log(`dist: ${files} files, ${kilobytes(bytes)}, of which the interpreter is ${kilobytes(bundled.bytes)}`);
console.log(`bundled with it: ${bundled.packages.join(', ')}`);

function compile(): void {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const compiler = join(manifest, '../bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function sizeOf(folder: string): { readonly files: number; readonly bytes: number } {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = entries.map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function kilobytes(size: number): string {
  return `${Math.ceil(size / 1024)} KB`;
}
