/** End to end: a real Electron on a real display, one at a time. Started by test/e2e/run.mjs. */
import { defineConfig } from '@playwright/test';

/** Where `npm test` counts what has passed. */
const counted = process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'];
const junit = process.env['PLAYWRIGHT_JUNIT_OUTPUT_NAME'] ?? '../results/e2e.xml';

/** Those that wait for Docker and Vagrant run beside the others in `npm test`: `quick` are the others. */
const machines = ['docker.spec.ts', 'vagrant*.spec.ts', 'questions.spec.ts'];
const part = process.env['HOPLAB_E2E'];

export default defineConfig({
  testDir: '.',
  testMatch: part === 'machines' ? machines : '*.spec.ts',
  testIgnore: part === 'quick' ? machines : [],
  outputDir: '../results/e2e',
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 8_000 },
  reporter: [
    ['list'],
    ...(counted ? [['json', { outputFile: counted }] as const] : []),
    ...(process.env['CI'] ? [['junit', { outputFile: junit }] as const] : []),
  ],
  forbidOnly: Boolean(process.env['CI']),
});
