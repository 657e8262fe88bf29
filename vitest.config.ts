import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const reports = process.env['ALLUVIUM_TEST_REPORTS'];

export default defineConfig({
  // Not in node_modules, whose size is promised.
  cacheDir: '.cache/vitest',
  test: {
    include: ['{src,test,demo,toolchain}/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/package/**'],
    // Tests start processes and count descriptors: each file gets a process of its own, as many at once as there are cores.
    pool: 'forks',
    // Child processes, fsyncs and property tests share those cores.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // `.ci/run` computes its last line from it.
    reporters: reports === undefined ? ['default'] : ['default', ['json', { outputFile: join(reports, 'tests.json') }]],
  },
});
