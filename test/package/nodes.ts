import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A Node that the package is tried on. */
export interface NodeVersion {
  readonly name: string;
  /** The folder of its `node`. */
  readonly folder: string;
  readonly isInstalled: boolean;
}

/** The oldest that `engines` allows, and the one that the toolchain pins. */
export const supportedNodes = [installed('Node 22', 'node-22'), running()];
export const oldNode = installed('Node 20', 'node-20');

function installed(name: string, packageName: string): NodeVersion {
  const folder = join(import.meta.dirname, 'node_modules', packageName, 'bin');
  const isInstalled = existsSync(join(folder, 'node'));
  return { name: isInstalled ? name : `${name} (npm ci --prefix test/package)`, folder, isInstalled };
}

function running(): NodeVersion {
  return { name: `Node ${process.versions.node}`, folder: dirname(process.execPath), isInstalled: true };
}
