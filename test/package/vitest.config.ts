import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const reports = process.env['ALLUVIUM_TEST_REPORTS'];

/** `npm run test:package`: the package as users get it, packed and installed once for all of these tests. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: 'test/package/install-package.ts',
    // Each starts processes of its own, which a cold disk makes slow.
    testTimeout: 30_000,
    reporters:
      reports === undefined ? ['verbose'] : ['verbose', ['json', { outputFile: join(reports, 'package.json') }]],
  },
});
