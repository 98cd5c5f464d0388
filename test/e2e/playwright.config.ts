/** End to end: a real Electron on a real display, one at a time. Started by test/e2e/run.mjs. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../results/e2e',
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 8_000 },
  reporter: process.env['CI']
    ? [['list'], ['junit', { outputFile: '../results/e2e.xml' }]]
    : 'list',
  forbidOnly: Boolean(process.env['CI']),
});
