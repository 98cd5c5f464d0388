/** Builds the test flavour and runs the end-to-end tests, under Xvfb where there is no display. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const run = (argv) =>
  spawnSync(argv[0], argv.slice(1), { cwd: root, stdio: 'inherit' }).status ?? 1;

const built = run([process.execPath, 'main/build/build.mjs', '--test']);
if (built !== 0) process.exit(built);
const playwright = [
  process.execPath,
  'node_modules/@playwright/test/cli.js',
  'test',
  '--config',
  join(here, 'playwright.config.ts'),
  ...process.argv.slice(2),
];
const needsDisplay = process.platform === 'linux' && !process.env.DISPLAY;
const xvfb = ['xvfb-run', '-a', '-s', '-screen 0 3840x2160x24', '--'];
process.exit(run(needsDisplay ? [...xvfb, ...playwright] : playwright));
