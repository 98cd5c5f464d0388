/** A full disk: nothing can be kept, which is said, and everything else goes on. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../main/platform/run.ts';
import { bundle } from '../../support/bundle.ts';
import { isRoot, projectRoot } from '../../support/person.ts';
import type { Report } from './full-disk-app.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoplab-disk-'));
const disk = join(folder, 'data');
const sizeKb = 64;

beforeAll(async () => {
  mkdirSync(disk);
  const app = join(projectRoot, 'test/integration/lifecycle/full-disk-app.ts');
  await bundle(app, join(folder, 'app.cjs'), 'cjs');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('settings and progress that cannot be saved are a notice, and saved when there is room; rules go on and off', async () => {
  // A disk of this size, in a mount namespace that ends with the process.
  const script = `mount -t tmpfs -o size=${String(sizeKb)}k tmpfs "$1" && exec "$2" "$3" "$1" "$4"`;
  const result = await run(
    [
      'unshare',
      '--mount',
      ...(isRoot ? [] : ['--user', '--map-root-user']),
      ...['bash', '-c', script, '-', disk],
      ...[process.execPath, join(folder, 'app.cjs'), join(projectRoot, 'labs')],
    ],
    { timeoutMs: 50_000 },
  );
  expect(result.stderr).toBe('');
  const report = JSON.parse(result.stdout) as Report;
  expect(report.fontSize).toBe(20);
  expect(report.openedAt).toBe(3);
  for (const title of ['Your settings could not be saved', 'Your progress could not be saved'])
    expect(report.notices).toContainEqual(
      expect.objectContaining({
        tone: 'error',
        title,
        text: expect.stringContaining('ENOSPC') as string,
      }),
    );
  // A rule of a sandbox needs no disk: what it changed ends with the app.
  expect(report.rule).toEqual({ error: null, lives: ['on', 'off'] });
  expect(report.saved).toEqual({ fontSize: 21, note: 'room again' });
  // The real disk was never written to.
  expect(readdirSync(disk)).toEqual([]);
});
