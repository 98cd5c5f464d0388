/** Coming back: after a restart, to the start of a step, after a reload, and after a file has gone bad. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { eventually, family } from '../support/processes.ts';
import { expect, test, type Running } from './fixtures.ts';
import { LabPage } from './pages/lab-page.ts';

const labId = '02-host-only';
const titles = {
  4: 'The other end',
  11: 'May the host pass packets on?',
  12: 'Let new connections pass',
} as const;

test.setTimeout(90_000);

function withoutIntro({ dataDir }: Running): void {
  writeFileSync(join(dataDir, 'settings.json'), JSON.stringify({ introSeen: true }));
}

/** Answers the question whether to stop the lab, and counts how often it is asked. */
async function answerWith(electron: ElectronApplication, response: number): Promise<void> {
  await electron.evaluate(({ dialog }, given) => {
    (globalThis as { asked?: number }).asked = 0;
    dialog.showMessageBox = () => {
      (globalThis as { asked?: number }).asked! += 1;
      return Promise.resolve({ response: given, checkboxChecked: false });
    };
  }, response);
}

const closeWindow = (electron: ElectronApplication): Promise<void> =>
  electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.close();
  });

/** Closes the window, as a learner does, and waits until the app has ended. */
async function quit(electron: ElectronApplication): Promise<number | null> {
  const child = electron.process();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await answerWith(electron, 1);
  await closeWindow(electron);
  return ended;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      .split('\0')
      .join(' ')
      .trim();
  } catch {
    return '';
  }
}

async function menu(page: Page, entry: string): Promise<void> {
  await page.getByTestId('step-more').click();
  await page.getByTestId(`menu-${entry}`).click();
}

test('a lab that was left at its fourth step comes back there, its machine running', async ({
  hoplab,
}) => {
  withoutIntro(hoplab);
  const first = await hoplab.start();
  const before = new LabPage(first.page);
  await before.open(labId);
  await first.page.getByTestId('step-4').click();
  await expect(before.stepTitle).toHaveText(titles[4]);
  await first.page.getByTestId('note').evaluate((area) => {
    const details = area.closest('details');
    if (details) details.open = true;
  });
  await first.page.getByTestId('note').fill('vboxnet0 is the near end');
  // The question whether to stop the lab takes the keyboard from the note.
  await first.page.getByTestId('note').blur();
  expect(await quit(first.electron)).toBe(0);

  const { page } = await hoplab.start();
  await expect(page.getByTestId(`open-lab-${labId}`)).toContainText('step 4');
  const lab = new LabPage(page);
  await lab.open(labId);
  await expect(lab.stepTitle).toHaveText(titles[4]);
  await lab.shows('boxA', 'vagrant@boxA:~$');
  await expect(lab.mapNode('boxA')).toHaveAttribute('data-life', 'running');
  await expect(page.getByTestId('note')).toHaveValue('vboxnet0 is the near end');
});

for (const [how, end] of [
  ['the window is closed', closeWindow],
  [
    'the system ends the app',
    (electron: ElectronApplication) => Promise.resolve(void electron.process().kill('SIGTERM')),
  ],
] as const)
  test(`the last words of a note are kept when ${how} at once`, async ({ hoplab }) => {
    withoutIntro(hoplab);
    const { electron, page } = await hoplab.start();
    await new LabPage(page).open(labId);
    await answerWith(electron, 1);
    await page.getByText('Notes to self').click();
    await page.getByTestId('note').pressSequentially('ARP goes first');
    const ended = new Promise<number | null>((resolve) => electron.process().once('exit', resolve));
    await end(electron);
    expect(await ended).toBe(0);

    const second = await hoplab.start();
    await new LabPage(second.page).open(labId);
    await expect(second.page.getByTestId('note')).toHaveValue('ARP goes first');
  });

test('to the start of a step, forwards and backwards, and a step begun anew', async ({
  hoplab,
}) => {
  withoutIntro(hoplab);
  const { page } = await hoplab.start();
  const lab = new LabPage(page);
  await lab.open(labId);
  const idle = () => expect(page.getByTestId('task')).toBeHidden({ timeout: 30_000 });
  const life = (rule: string) =>
    page.evaluate(async (id) => {
      const answer = await window.hoplab.app.snapshot();
      const rules = answer.ok ? answer.value.session?.rules : [];
      return rules?.find((one) => one.id === id)?.life;
    }, rule);

  await page.getByTestId('step-12').click();
  await menu(page, 'go-to-start');
  await lab.shows('boxA', 'vagrant@boxA:~$');
  await idle();
  await expect(lab.stepTitle).toHaveText(titles[12]);
  await expect.poll(() => life('ip-forward')).toBe('on');
  await expect(lab.rule('forward-new')).toHaveAttribute('data-life', 'off');

  await page.getByTestId('rule-apply-forward-new').click();
  await expect(lab.rule('forward-new')).toHaveAttribute('data-life', 'on');
  await menu(page, 'reset-step');
  await expect(lab.rule('forward-new')).toHaveAttribute('data-life', 'off', { timeout: 30_000 });
  await idle();
  await expect.poll(() => life('ip-forward')).toBe('on');

  await page.getByTestId('step-11').click();
  await menu(page, 'go-to-start');
  await expect(lab.rule('ip-forward')).toHaveAttribute('data-life', 'off', { timeout: 30_000 });
  await idle();
  await expect(lab.stepTitle).toHaveText(titles[11]);
  await expect.poll(() => life('boxa-default-route')).toBe('on');
});

test('a page that is loaded again or crashes comes back with its lab, and nobody watches for the old one', async ({
  hoplab,
}) => {
  withoutIntro(hoplab);
  const { electron, page } = await hoplab.start();
  /** Only a panel has somebody who follows what bridges learn. */
  const watchers = () =>
    family(electron.process().pid ?? -1).filter(
      ({ pid }) => commandLine(pid) === 'bridge monitor fdb',
    );
  const lab = new LabPage(page);
  await lab.open(labId);
  await lab.type('host', 'echo before the cra""sh');
  await lab.shows('host', /^before the crash$/m);
  await eventually('the panels are watched', () => watchers().length > 0);
  for (let count = 0; count < 3; count += 1) {
    await page.reload();
    await expect(lab.panel('host')).toContainText('192.168.178');
  }

  /** Playwright gives a page up that has crashed. */
  const inPage = (script: string) =>
    electron.evaluate(
      ({ BrowserWindow }, code) =>
        BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(code) as Promise<unknown>,
      script,
    );
  const text = (selector: string) =>
    inPage(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
  await electron.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        webContents.once('did-finish-load', () => {
          resolve();
        });
        webContents.forcefullyCrashRenderer();
      }),
  );
  await expect.poll(() => text('[data-testid=panel-host]')).toContain('192.168.178');
  await expect
    .poll(() => text('[data-testid=terminal-host] .xterm-rows'))
    .toContain('before the crash');

  await inPage(`document.querySelector('[data-testid=go-catalog]').click()`);
  await eventually('nobody watches', () => watchers().length === 0);
  await inPage(`document.querySelector('[data-testid=back-to-lab]').click()`);
  await expect.poll(() => text('[data-testid=panel-host]')).toContain('192.168.178');
});

test('settings that cannot be read are put aside, and it says so', async ({ hoplab }) => {
  writeFileSync(join(hoplab.dataDir, 'settings.json'), '{ "theme": "light"');
  const { page } = await hoplab.start();
  await expect(page.getByRole('alert')).toContainText('The settings file could not be read');
  const [aside] = readdirSync(hoplab.dataDir).filter((name) => name.includes('.broken-'));
  expect(readFileSync(join(hoplab.dataDir, aside!), 'utf8')).toBe('{ "theme": "light"');
  await expect(page.getByRole('alert')).toContainText(aside!);
  await expect(page.getByTestId(`open-lab-${labId}`)).toBeEnabled();
});

test('closing the window with a lab running asks once, and ends everything when told to', async ({
  hoplab,
}) => {
  withoutIntro(hoplab);
  const { electron, page } = await hoplab.start();
  const lab = new LabPage(page);
  await lab.open(labId);
  const asked = () => electron.evaluate(() => (globalThis as { asked?: number }).asked);
  await answerWith(electron, 0);
  await closeWindow(electron);
  await expect.poll(asked).toBe(1);
  await lab.type('host', 'echo still he""re');
  await lab.shows('host', 'still here');
  expect(await asked()).toBe(1);
  expect(await quit(electron)).toBe(0);
});
