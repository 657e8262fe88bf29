// The bug it would catch: a program that saves memory dies when its descriptor table is full, which is when it is needed most.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../test/memory-saver.ts', import.meta.url));

test.skipIf(process.platform === 'win32')('without a descriptor left, it goes on', async () => {
  const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script];
  const { stdout } = await promisify(execFile)('/bin/sh', limited);
  expect(stdout).toBe('alive');
});
