/** The real app with lab 2 running in it, and one more server on its LAN, so that there are six nodes. */
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appArgs, launch, project, remove, scratch } from './electron.mjs';

const labId = 'six-nodes';
const laptop = `nodes:
  laptop:
    kind: server
    interfaces:
      - { name: eth0, network: lan, address: 192.168.178.30 }
    gateway: 192.168.178.1
    place: { column: 2, row: 1 }
`;
const panels = ['neighbours', 'routes', 'firewall', 'interfaces', 'connections'];

/** Answers the running app, its page, and what the figures do with it. */
export async function openLabWindow(executable) {
  const dataDir = scratch();
  makeLab(join(dataDir, 'labs', labId));
  writeFileSync(join(dataDir, 'settings.json'), '{ "introSeen": true }');
  const app = await launch(executable, appArgs(dataDir));
  const { page } = app;
  page.setDefaultTimeout(20_000);
  const lab = {
    ...app,
    host: '[data-testid="terminal-host"]',
    /** Types a line into the host's terminal. */
    type: async (line) => {
      await page.locator('[data-testid="terminal-host"] textarea').first().focus();
      await page.keyboard.type(line);
      await page.keyboard.press('Enter');
    },
    /** Waits for text on the host's screen, and answers what the expression found. */
    shows: async (pattern) => {
      const found = await page.waitForFunction(
        (source) => {
          const rows = document.querySelectorAll('[data-testid="terminal-host"] .xterm-rows > div');
          const text = [...rows].map((row) => row.textContent.trimEnd()).join('\n');
          return new RegExp(source, 'm').exec(text)?.slice() ?? null;
        },
        pattern,
        { polling: 20 },
      );
      return found.jsonValue();
    },
    end: async () => {
      await app.end();
      remove(dataDir);
    },
  };
  try {
    await page.getByTestId(`open-lab-${labId}`).click();
    await lab.shows(String.raw`^learner@host:\S+\$$`);
    await lab.type('vagrant up && docker run -d --rm --name=nginx nginx:latest && clear');
    await page.locator('[data-testid="map-node-nginx"][data-life="running"]').waitFor();
    await page.locator('[data-testid="terminal-boxA"][data-state="open"]').waitFor();
    return lab;
  } catch (error) {
    await lab.end();
    throw error;
  }
}

function makeLab(folder) {
  const lab2 = readdirSync(join(project, 'labs')).find((name) => name.startsWith('02-'));
  cpSync(join(project, 'labs', lab2), folder, { recursive: true });
  const file = join(folder, 'lab.yaml');
  const text = readFileSync(file, 'utf8')
    .replace(/^id: .*$/m, `id: ${labId}`)
    .replace(/^folder: .*$/m, 'folder: lab6')
    .replace(/^nodes:\n/m, laptop);
  writeFileSync(file, text);
}

/** As many panels on screen as there is room for, and all others watched as if they were. */
export async function openAllPanels({ page }) {
  // Opened anew, a panel has no row that has just changed: while it tells how long ago, it is not idle.
  await page.getByTestId('panel-tab-host-routes').first().click();
  await page.getByTestId('panel-tab-boxA-routes').first().click();
  for (let count = 0; count < 2; count += 1) {
    await page.getByTestId('panel-host-node').first().click();
    await page.getByTestId('menu-panel-add').click();
  }
  await page.evaluate(
    async ({ kinds }) => {
      const { value } = await window.hoplab.app.snapshot();
      for (const { id } of value.session.nodes)
        for (const panel of kinds) await window.hoplab.network.watch({ node: id, panel });
    },
    { kinds: panels },
  );
}

export async function closeAllPanels({ page }) {
  await page.evaluate(
    async ({ kinds }) => {
      const { value } = await window.hoplab.app.snapshot();
      for (const { id } of value.session.nodes)
        for (const panel of kinds) await window.hoplab.network.unwatch({ node: id, panel });
    },
    { kinds: panels },
  );
}
