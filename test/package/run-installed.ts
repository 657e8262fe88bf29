import { spawnSync } from 'node:child_process';
import type { NodeVersion } from './nodes.ts';

export interface Ran {
  readonly exitCode: number | null;
  readonly output: string;
  readonly messages: string;
}

/** Runs a program on a Node of our choice, which it finds as its user's would: on the `PATH`. */
export function runOn(node: NodeVersion, directory: string, program: string, ...argv: string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, argv, {
    cwd: directory,
    env: { PATH: node.folder },
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { exitCode: status, output: stdout, messages: stderr };
}
