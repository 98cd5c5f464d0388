/**
 * `npm start`: brings what is missing, then opens the window; without a display, the guided tour of lab 2
 * under Xvfb. `--prepare` stops before the window, for the tests.
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fetchDaemons } from '../backends/sandbox/daemons.ts';
import { toFailure } from '../contract/failure.ts';
import { defaultCacheDir } from '../platform/paths.ts';
import { start } from '../platform/run.ts';
import { bringEngineParts } from './docker-engine.ts';
import { findElectron } from './electron-runtime.ts';
import { bringMissing } from './prerequisites.ts';
import { startXvfb } from './xvfb.ts';

const root = join(dirname(__dirname), '..');
const say = (line: string): void => {
  console.log(line);
};

async function main(args: string[]): Promise<number> {
  const prepareOnly = args.includes('--prepare');
  const hasDisplay = Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
  if (process.getuid?.() === 0)
    say('Hoplab runs as root here. It would rather not: an ordinary user is enough. Going on.');
  const missing = await bringMissing(
    {
      window: true,
      xvfb: prepareOnly || !hasDisplay,
      // Only root can make the computer those tests run on; for others they are skipped.
      vagrant: prepareOnly && process.getuid?.() === 0,
    },
    say,
  );
  if (missing.length > 0) {
    console.error(`Still missing: ${missing.join(', ')}. The labs need them.`);
    return 1;
  }
  const cacheDir = defaultCacheDir();
  await mkdir(cacheDir, { recursive: true });
  await fetchDaemons(cacheDir, say).catch((error: unknown) => {
    const failure = toFailure(error);
    say(
      `${failure.message} ${failure.hint ?? ''}\nGoing on without them: nginx, ssh into machines or their resolver may be missing in the labs.`,
    );
  });
  const electron = await findElectron({ cacheDir, log: say });
  if (prepareOnly) {
    // Only root can start an engine of a test's own; for others those tests are skipped.
    if (process.getuid?.() === 0)
      await bringEngineParts(cacheDir, say).catch((error: unknown) => {
        say(`${toFailure(error).message} The tests of the backend docker will fail.`);
      });
    say(`Ready: ${electron.executable}`);
    return 0;
  }
  // Chromium complains of buses and GPUs that a learner's machine may well not have: only fatal words are shown.
  const flags = ['--log-level=3', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  if (hasDisplay) return open(electron.executable, [...flags, root, ...args], process.env);
  say(
    'There is no display here, so Hoplab shows itself: the guided tour of lab 2 in the real window, on a screen nobody sees.',
  );
  const display = await startXvfb();
  try {
    return await open(
      electron.executable,
      [
        ...flags,
        root,
        ...(args.some((word) => word.startsWith('--tour=')) ? [] : ['--tour=02-host-only']),
        ...args,
      ],
      {
        ...process.env,
        DISPLAY: display.name,
      },
    );
  } finally {
    display.end();
  }
}

function open(executable: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = start([executable, ...args], { stdio: 'inherit', env });
  const end = (): void => {
    child.kill('SIGTERM');
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

void main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const failure = toFailure(error);
    console.error([failure.message, failure.hint, failure.detail].filter(Boolean).join('\n'));
    process.exit(1);
  },
);
