// Catches a coordinator that falls over when its own descriptor table is full, instead of failing the tasks that need a new process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../test/pool-exhaustion.ts', import.meta.url));

test.skipIf(process.platform === 'win32')(
  'without a descriptor left, started processes serve, and no other can be started',
  async () => {
    const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script];
    const { stdout } = await promisify(execFile)('/bin/sh', limited);
    expect(JSON.parse(stdout)).toEqual(['done', 'done', 'on-purpose', 'done', 'on-purpose', 'child-died', 'done']);
  },
);
