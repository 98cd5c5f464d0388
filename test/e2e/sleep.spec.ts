/** The laptop sleeps in the middle of a lab: whoever was connected still is, and the window goes on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, processes } from '../support/processes.ts';
import { expect, test } from './fixtures.ts';
import { LabPage } from './pages/lab-page.ts';

/** Longer than the app is patient with a node that does not answer. */
const sleepMs = 7_000;

test.setTimeout(90_000);

/** The letter the kernel has for what a process does; T: it was stopped; Z, or none: it has ended. */
function doing(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return '';
  }
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended since it was seen.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Stops the app and all that came from it, a generation after the other, and answers them in this order. Whoever waits for a
 * child must sleep before it does: a shell, or nsenter, would see it stop, as by Ctrl-Z, and act upon it.
 */
async function fallAsleep(app: number): Promise<number[]> {
  const asleep: number[] = [];
  for (let generation = [app]; generation.length > 0;) {
    for (const pid of generation) send(pid, 'SIGSTOP');
    await eventually('they sleep', () =>
      generation.every((pid) => ['T', 'Z', ''].includes(doing(pid))),
    );
    asleep.push(...generation.filter((pid) => doing(pid) === 'T'));
    const parents = new Set(generation);
    generation = processes().flatMap(({ pid, parent }) => (parents.has(parent) ? [pid] : []));
  }
  return asleep;
}

test('a lab survives the sleep of the laptop', async ({ hoplab }) => {
  writeFileSync(join(hoplab.dataDir, 'settings.json'), JSON.stringify({ introSeen: true }));
  const { electron, page } = await hoplab.start();
  const lab = new LabPage(page);
  await lab.open('01-nat');
  await lab.type('host', 'vagrant up');
  await lab.shows('boxA', 'vagrant@boxA:~$');
  await lab.type('host', 'vagrant ssh');
  await lab.shows('host', 'vagrant@boxA:~$');
  const panel = await lab.showPanel('boxA', 'routes');
  await expect(panel).toContainText('10.0.2.2');

  const all = await fallAsleep(electron.process().pid ?? -1);
  try {
    await new Promise((resolve) => setTimeout(resolve, sleepMs));
    expect(all.filter((pid) => doing(pid) !== 'T')).toEqual([]);
  } finally {
    // Children first, for the same reason.
    for (const pid of all.reverse()) send(pid, 'SIGCONT');
  }

  await test.step('ssh sessions that were open answer', async () => {
    await lab.type('host', 'echo awake on $(hostname)');
    await lab.shows('host', /^awake on boxA$/m);
    await lab.type('boxA', 'echo awake on $(hostname)');
    await lab.shows('boxA', /^awake on boxA$/m);
  });
  await test.step('the machine has its address, and the way out works', async () => {
    await lab.type('boxA', 'clear; ip -4 -brief address show enp0s3');
    await lab.shows('boxA', /^enp0s3\S* +UP +10\.0\.2\.15\/24/m);
    await lab.type('boxA', "curl -so /dev/null -w 'got %{http_code}\\n' http://leftasexercise.com");
    await lab.shows('boxA', /^got 200$/m);
  });
  await test.step('the window shows what happens now, and complains of nothing', async () => {
    await expect(panel).toContainText('10.0.2.2');
    await lab.type('boxA', 'sudo ip route add 10.66.0.0/16 via 10.0.2.2');
    await expect(panel).toContainText('10.66.0.0/16');
    await expect(page.getByTestId('phase')).toHaveAttribute('data-phase', 'running');
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
});
