import { defineConfig } from 'vitest/config';

const heavy = {
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
