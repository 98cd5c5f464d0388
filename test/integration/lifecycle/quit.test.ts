/** What the app has asked other programs ends with it: one that hangs does not outlive it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { run } from '../../../main/platform/run.ts';
import { bundle } from '../../support/bundle.ts';
import { projectRoot } from '../../support/person.ts';

const folder = mkdtempSync(join(tmpdir(), 'hoplab-quit-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function isThere(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

it('a program that hangs is ended when the app goes', async () => {
  const app = join(folder, 'app.cjs');
  await bundle(join(projectRoot, 'test/integration/lifecycle/quit-app.ts'), app, 'cjs');
  const { code, stdout, stderr } = await run([process.execPath, app, folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const pid = Number(stdout);
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => isThere(pid)).toBe(false);
});
