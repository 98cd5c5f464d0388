import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

/** Unit tests need nothing but Node; integration tests make namespaces of their own, one file after the other. */
export default defineConfig({
  test: {
    root,
    projects: [
      {
        test: {
          root,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          root,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
