// Catches a package that is too big, that brings what is not for its users, or that leaves out what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';

const { project, tarball } = inject('installed');
const installed = join(project, 'node_modules');
const publint = join(import.meta.dirname, 'node_modules/publint/src/cli.js');

/** DESIGN section 13: with its dependencies. */
const installedBytesMax = 50_000_000;

test('it is small, with all that it needs', () => {
  const own = bytesOf(join(installed, 'alluvium'));
  const all = bytesOf(installed);
  const packages = filesOf(installed).filter((path) => /node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path));
  console.log(
    `packed ${megabytes(statSync(tarball).size)}, installed ${megabytes(own)}, with dependencies ${megabytes(all)} on disk in ${packages.length} packages`,
  );
  expect(all).toBeLessThan(installedBytesMax);
});

test('neither sources nor tests nor tools are in it', () => {
  const files = filesOf(join(installed, 'alluvium')).map((path) => path.slice(join(installed, 'alluvium/').length));
  const expected =
    /^(?:bin\/alluvium\.js|dist\/.+\.(?:js|js\.map|d\.ts|licenses\.txt)|docs\/.+|[A-Z]+\.md|LICENSE|package\.json)$/;
  expect(files.filter((file) => !expected.test(file) || file.includes('.test.'))).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining(['LICENSE', 'README.md', 'FORMAT.md', 'dist/index.js', 'dist/index.d.ts']),
  );
});

test('AWS clients are not installed', () => {
  expect(readdirSync(installed)).not.toContain('@aws-sdk');
});

test.skipIf(!existsSync(publint))('publint finds nothing to say (npm ci --prefix test/package)', () => {
  const { status, stdout } = spawnSync(process.execPath, [publint, 'run', tarball, '--strict'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('All good!') });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** What the files take on the disk, in its blocks of 512 bytes. */
function bytesOf(folder: string): number {
  return filesOf(folder).reduce((sum, path) => sum + statSync(path).blocks * 512, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
