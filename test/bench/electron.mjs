/** Brings up what is measured: a display, the built app, and the bare pages it is compared with. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from '@playwright/test';

export const here = dirname(fileURLToPath(import.meta.url));
export const project = join(here, '../..');

/** The display of whoever calls, or one nobody sees; answers how to end it. */
export async function ensureDisplay() {
  if (process.env.DISPLAY || process.platform !== 'linux') return () => undefined;
  const argv = ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp', '-noreset'];
  const child = spawn('Xvfb', argv, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error('Xvfb cannot be started: install xvfb')));
    child.once('exit', () => reject(new Error('Xvfb ended at once')));
    child.stdio[3].setEncoding('utf8').once('data', resolve);
  });
  process.env.DISPLAY = `:${number.trim()}`;
  return () => child.kill('SIGTERM');
}

/** Builds when the sources have changed, and answers the Electron the app runs on. */
export function prepare() {
  const node = (...args) =>
    execFileSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  node('main/build/build.mjs');
  const executable = /^Ready: (.+)$/m.exec(node('dist/main/start.cjs', '--prepare'))?.[1];
  if (!executable) throw new Error('no Electron to run on');
  return executable;
}

/** A short path: Chromium puts a socket below it, and those have short names only. */
export const scratch = () => mkdtempSync(join(tmpdir(), 'hl-'));

/** Chromium's last processes may still write when its first is gone. */
export const remove = (folder) => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
};

/** Root has no Chromium sandbox. */
export const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** What starts the app, and what starts a bare page: its folder below this one. */
export const appArgs = (dataDir) => [...flags, project, `--data-dir=${dataDir}`];
export const bareArgs = (name, dataDir, ...rest) => [
  ...flags,
  join(here, name),
  `--user-data-dir=${dataDir}`,
  ...rest,
];

/** Starts it under the driver. `end` ends it at once: nothing of a lab outlives the app. */
export async function launch(executablePath, args) {
  const electron = await _electron.launch({ executablePath, args, env: { ...process.env } });
  const page = await electron.firstWindow();
  const child = electron.process();
  return {
    electron,
    page,
    pid: child.pid,
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
