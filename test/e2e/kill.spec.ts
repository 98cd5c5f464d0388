/** The whole app is killed in the middle of its work: nothing of it remains, and it starts again where it was. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { defaultCacheDir } from '../../main/platform/paths.ts';
import { run } from '../../main/platform/run.ts';
import { difference, readBaseline } from '../../main/session/baseline.ts';
import { eventually, family, foreignNamespaces, processes } from '../support/processes.ts';
import { expect, test, type Running } from './fixtures.ts';
import { LabPage } from './pages/lab-page.ts';

const kills = 5;
/** A known seed, so that a failure can be repeated. */
const seed = 20_261_124;
const labId = '02-host-only';
/** The second step: to come back to it, a machine has to be brought up. */
const step = 1;

/** Caches the system's drawing libraries keep for every program with a window. */
const drawing = /^\.cache($|\/(dconf|fontconfig|mesa_shader_cache|mesa_shader_cache_db)($|\/))/;

test.setTimeout(120_000);

function randomNumbers(state: number): () => number {
  let value = state;
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2_147_483_648;
    return value / 2_147_483_648;
  };
}

/** Opens the lab where it was left, which brings boxA up; then applies a rule and takes it back, twice. */
async function work(page: Page): Promise<void> {
  const lab = new LabPage(page);
  await page.getByTestId(`open-lab-${labId}`).click();
  await lab.shows('boxA', 'vagrant@boxA:~$');
  for (let count = 0; count < 2; count += 1) {
    await page.evaluate(() => window.hoplab.rules.apply({ ruleId: 'ip-forward' }));
    await page.evaluate(() => window.hoplab.rules.undo({ ruleId: 'ip-forward' }));
  }
}

/** A home and a temporary folder of its own: what it leaves in them is seen. */
function ownFolders({ dataDir, env }: Running): { home: string; temporary: string } {
  const [home, temporary] = [join(dataDir, 'kill-home'), join(dataDir, 'kill-tmp')];
  for (const folder of [home, temporary]) mkdirSync(folder);
  Object.assign(env, { HOME: home, TMPDIR: temporary, HOPLAB_CACHE: defaultCacheDir() });
  return { home, temporary };
}

const machine = () => readBaseline((argv) => run(argv));
const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');

test(`survives ${String(kills)} kills while it opens a lab, starts a machine, applies and undoes`, async ({
  hoplab,
}) => {
  const { home, temporary } = ownFolders(hoplab);
  mkdirSync(join(hoplab.dataDir, 'progress'));
  writeFileSync(join(hoplab.dataDir, 'progress', `${labId}.json`), JSON.stringify({ step }));
  writeFileSync(join(hoplab.dataDir, 'settings.json'), JSON.stringify({ introSeen: true }));
  const before = { machine: await machine(), mounts: mounts() };

  const random = randomNumbers(seed);
  let wholeMs = 0;
  // The first time it may finish: how long that takes says when to kill it the other times.
  for (let count = 0; count <= kills; count += 1) {
    const { electron, page } = await hoplab.start();
    await expect(page.getByTestId(`open-lab-${labId}`)).toContainText('step 2');
    const began = performance.now();
    const working = work(page).catch((error: unknown) => {
      if (count === 0) throw error;
    });
    if (count === 0) {
      await working;
      wholeMs = performance.now() - began;
    } else {
      const moment = ((count - 1 + random()) / kills) * wholeMs;
      await new Promise((resolve) => setTimeout(resolve, moment));
    }
    await test.step(`kill ${String(count)}, ${String(Math.round(performance.now() - began))} ms after the click`, async () => {
      const had = await killed(electron.process().pid ?? -1);
      if (count === 0) expect(had).toBeGreaterThan(0);
      await working;
    });
  }

  expect(difference('machine', before.machine, await machine())).toEqual([]);
  expect(mounts()).toBe(before.mounts);
  expect(readdirSync(temporary)).toEqual([]);
  expect(
    readdirSync(home, { recursive: true }).filter((name) => !drawing.test(String(name))),
  ).toEqual([]);

  const { page } = await hoplab.start();
  await work(page);
  await expect(page.getByTestId('phase')).toHaveAttribute('data-phase', 'running');
});

/**
 * Kills the main process alone, and waits until everything that came from it has gone by itself. Answers how many
 * namespaces there were.
 */
async function killed(app: number): Promise<number> {
  const members = family(app);
  const spaces = foreignNamespaces(members);
  process.kill(app, 'SIGKILL');
  await eventually('its processes and namespaces are gone', () => {
    const all = processes();
    const isLeft = (one: (typeof all)[number]): boolean =>
      all.some(
        ({ pid, namespaces }) => pid === one.pid && namespaces.join() === one.namespaces.join(),
      );
    return (
      !members.some(isLeft) && !all.some((one) => one.namespaces.some((name) => spaces.has(name)))
    );
  });
  return spaces.size;
}
