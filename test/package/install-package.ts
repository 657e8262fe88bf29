import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Where the package is, as users get it. */
export interface InstalledPackage {
  readonly tarball: string;
  /** A project that holds nothing else. */
  readonly project: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    installed: InstalledPackage;
  }
}

/** Builds and packs the package, and installs the tarball. What it needs comes from npm's cache where it is there. */
export function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'alluvium-package-'));
  npm(resolve(import.meta.dirname, '../..'), 'pack', '--pack-destination', folder);
  const tarball = join(folder, readdirSync(folder)[0] ?? '');
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball);
  provide('installed', { tarball, project });
  return () => rmSync(folder, { recursive: true });
}

function npm(directory: string, ...argv: string[]): void {
  const { status, stdout, stderr } = spawnSync('npm', argv, { cwd: directory, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${argv.join(' ')} failed: ${stdout}${stderr}`);
}
