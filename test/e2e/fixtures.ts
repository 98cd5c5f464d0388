/** A Hoplab for each test, with its own data folder, gone afterwards. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { electronExecutable, scratch } from './electron.ts';
import { LabPage } from './pages/lab-page.ts';

export interface Options {
  /** Words of the made-up app (see test/fixtures/window/fake-app.ts); empty: the real core. */
  scenario: string;
  size: { width: number; height: number };
  /** Variables for the app, over those of the tests. */
  environment: Record<string, string>;
}

export interface Running {
  dataDir: string;
  env: Record<string, string>;
  /** The program and its arguments. */
  command(): Promise<[string, ...string[]]>;
  /** Starts, and answers when the window is drawn. */
  start(): Promise<{ electron: ElectronApplication; page: Page }>;
}

interface Fixtures extends Options {
  hoplab: Running;
  electron: ElectronApplication;
  page: Page;
  lab: LabPage;
}

const root = join(import.meta.dirname, '../..');

export const test = base.extend<Fixtures>({
  scenario: ['', { option: true }],
  size: [{ width: 1440, height: 900 }, { option: true }],
  environment: [{}, { option: true }],

  hoplab: async ({ scenario, size, environment }, use) => {
    const dataDir = mkdtempSync(scratch);
    writeFileSync(
      join(dataDir, 'window.json'),
      JSON.stringify({ x: 0, y: 0, ...size, maximized: false }),
    );
    const running: { electron: ElectronApplication; child: ChildProcess }[] = [];
    const env = {
      ...withoutUndefined(process.env),
      ...environment,
      HOPLAB_FAKE_APP: scenario,
    };
    const command = async (): Promise<[string, ...string[]]> => [
      await electronExecutable(),
      // Root has no Chromium sandbox.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      join(root, 'dist/test'),
      `--data-dir=${dataDir}`,
    ];
    await use({
      dataDir,
      env,
      command,
      start: async () => {
        const [executablePath, ...args] = await command();
        const electron = await _electron.launch({ executablePath, args, env });
        running.push({ electron, child: electron.process() });
        const page = await electron.firstWindow();
        await page.getByTestId('open-settings').waitFor();
        return { electron, page };
      },
    });
    for (const { electron, child } of running) await end(electron, child);
    rmSync(dataDir, { recursive: true, force: true });
  },
  electron: async ({ hoplab }, use) => {
    const { electron } = await hoplab.start();
    await use(electron);
  },
  page: async ({ electron }, use) => {
    await use(electron.windows()[0]!);
  },
  lab: async ({ page }, use) => {
    await use(new LabPage(page));
  },
});

export { expect } from '@playwright/test';

/** A lab may still run: the question whether to stop it is answered with yes. Some tests ended it themselves. */
async function end(electron: ElectronApplication, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await electron
    .evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    })
    .catch(() => undefined);
  await electron.close();
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
