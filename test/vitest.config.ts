import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;

/** What runs real engines, real packages and real virtual machines' stand-ins: mostly waiting for those. */
const machines = ['docker', 'vagrant', 'packaging'].map(
  (folder) => `test/integration/${folder}/**/*.test.ts`,
);

/**
 * Unit tests need nothing but Node; integration tests make namespaces of their own, one file after the other. Those of
 * `machines` are a project apart, so that the two can run beside each other.
 */
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
          exclude: machines,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          root,
          name: 'machines',
          include: machines,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
