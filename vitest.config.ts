import { defineConfig } from 'vitest/config';

// Real servers and processes on a shared machine: one more try, which vitest marks in its report, before a failure counts.
const heavy = {
  retry: process.env.CI ? 1 : 0,
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  globalSetup: 'test/integration/database-server.ts',
};

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'integration',
          include: ['test/{integration,golden}/**/*.test.ts'],
          ...heavy,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...heavy, sequence: { groupOrder: 2 } } },
    ],
    reporters: ['default', './test/plain-reporter.ts'],
  },
});
