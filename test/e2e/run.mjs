/** Builds the test flavour and runs the end-to-end tests, on a screen nobody sees where there is no display. */
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

const built = spawnSync(process.execPath, ['main/build/build.mjs', '--test'], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const needsDisplay = process.platform === 'linux' && !process.env.DISPLAY;
const display = needsDisplay ? await startXvfb() : null;
const playwright = spawn(
  process.execPath,
  [
    'node_modules/@playwright/test/cli.js',
    'test',
    '--config',
    join(here, 'playwright.config.ts'),
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(display && { DISPLAY: display.name }) },
  },
);
playwright.once('close', (code) => {
  display?.end();
  process.exit(code ?? 1);
});

/** Xvfb picks a free number itself; xvfb-run would need xauth as well. */
function startXvfb() {
  const screen = ['-screen', '0', '3840x2160x24', '-nolisten', 'tcp', '-noreset'];
  const child = spawn('Xvfb', ['-displayfd', '3', ...screen], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdio[3].once('data', (number) => {
      resolve({ name: `:${String(number).trim()}`, end: () => child.kill('SIGTERM') });
    });
  });
}
