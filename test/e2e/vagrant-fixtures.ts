/** The window on a learner's computer of the test's own: a real Vagrant, machines by a VirtualBox stand-in, a real Docker. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  _electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
} from '@playwright/test';
import { addBox } from '../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../support/vagrant/computer.ts';
import { startDocker } from '../support/vagrant/docker.ts';
import { insideOf } from '../support/vagrant/window.ts';
import { electronExecutable } from './electron.ts';
import { LabPage } from './pages/lab-page.ts';

const root = join(import.meta.dirname, '../..');

interface Fixtures {
  /** Content of /etc/vbox/networks.conf; null: there is none. */
  networksConf: string | null;
  /** LANG of the learner's desktop. */
  language: string;
  computer: Computer;
  electron: ElectronApplication;
  page: Page;
  lab: LabPage;
}

export { expect };

export const test = base.extend<Fixtures>({
  networksConf: ['* 192.168.0.0/16\n', { option: true }],
  language: ['C.UTF-8', { option: true }],
  computer: async ({ networksConf }, use, testInfo) => {
    // Said here, since what is said at the top of this file counts only for the first of the files that import it.
    testInfo.skip(whyNoComputer !== null, whyNoComputer ?? '');
    // A real Vagrant takes its time: ten seconds for a machine, on a machine that does nothing else.
    testInfo.setTimeout(420_000);
    const computer = await makeComputer({ networksConf });
    const docker = await startDocker(computer);
    await addBox(computer, 'bento/ubuntu-24.04');
    // As Hoplab's package does.
    await computer.bash(`cp -rL ${root}/main/rules/elevation/helper /usr/lib/hoplab`);
    await use(computer);
    await computer.close();
    await docker.close();
  },
  electron: async ({ computer, language }, use) => {
    const dataDir = join(computer.folder, 'd');
    mkdirSync(dataDir);
    writeFileSync(
      join(dataDir, 'window.json'),
      JSON.stringify({ x: 0, y: 0, width: 1920, height: 1080, maximized: false }),
    );
    const electron = await _electron.launch({
      executablePath: insideOf(computer, await electronExecutable()),
      args: ['--no-sandbox', join(root, 'dist/test'), `--data-dir=${dataDir}`],
      env: {
        ...computer.env,
        LANG: language,
        LC_ALL: language,
        DISPLAY: process.env['DISPLAY'] ?? '',
        HOPLAB_CACHE: '/var/cache/hoplab',
        SHELL: '/bin/bash',
      },
    });
    await use(electron);
    // A fault that is still on would keep the window from taking its machines away.
    computer.faults();
    await electron
      .evaluate(({ dialog }) => {
        dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
      })
      .catch(() => undefined);
    await electron.close();
  },
  page: async ({ electron }, use) => {
    const page = await electron.firstWindow();
    await page.getByTestId('open-settings').waitFor();
    await use(page);
  },
  lab: async ({ page }, use) => {
    await use(new LabPage(page));
  },
});

/** What a real machine takes longer for than the sandbox. */
export const eventually =
  (lab: LabPage, node: string, text: string | RegExp) => async (): Promise<void> => {
    await expect.poll(() => lab.screen(node), { timeout: 90_000 }).toMatch(text);
  };

/** Chooses this computer on the start page and opens the lab. */
export async function openHere(page: Page, lab: LabPage, labId: string): Promise<void> {
  await page.getByTestId('backend-vagrant').click();
  await expect(page.getByTestId('backend-about')).toContainText('the host is this computer');
  await lab.open(labId);
  await lab.shows('host', 'learner@laptop');
}

/** Says yes in the dialog that asks for the permission. */
export async function allow(page: Page): Promise<void> {
  await page.getByTestId('rights-allow').click();
  await expect(page.getByTestId('rights')).toHaveAttribute('data-state', 'granted');
}

/** Ends the lab and sees what the computer is like then. */
export async function stopHere(page: Page, computer: Computer): Promise<void> {
  await page.getByTestId('stop-lab').click();
  await page.getByTestId('confirm-stop-lab').click();
  await expect(page.getByTestId('catalog')).toBeVisible({ timeout: 60_000 });
  const { stdout } = await computer.bash(
    'VBoxManage list vms; docker ps -q; ps -eo comm=; ls /var/lib/vbox-machines; ip -br link',
  );
  expect(stdout).not.toMatch(/boxA|VBoxHeadless|[0-9a-f]{12}$|vboxnet/m);
}
