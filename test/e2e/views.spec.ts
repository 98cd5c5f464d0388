/** Every view in both themes: nothing for axe to complain about, and a picture to look at. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const pictures = join(import.meta.dirname, '../results/screenshots');
mkdirSync(pictures, { recursive: true });
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

async function openDetails(page: Page): Promise<void> {
  await page.getByText('Details', { exact: true }).click();
}
async function openRights(page: Page): Promise<void> {
  await page.getByTestId('rights').click();
  await expect(page.getByTestId('rights-dialog')).toBeVisible();
}

interface View {
  name: string;
  scenario: string;
  ready: string;
  prepare?: (page: Page) => Promise<void>;
}
const views: View[] = [
  { name: 'catalogue', scenario: 'none', ready: 'catalog' },
  { name: 'catalogue-empty', scenario: 'empty', ready: 'no-labs' },
  {
    name: 'catalogue-docker',
    scenario: 'none,docker',
    ready: 'catalog',
  },
  {
    name: 'catalogue-no-docker',
    scenario: 'none,docker,nodocker',
    ready: 'backend-missing',
  },
  { name: 'catalogue-host', scenario: 'none,host', ready: 'backend-missing' },
  {
    name: 'catalogue-proof',
    scenario: 'none,host,proof',
    ready: 'notice-n4',
    prepare: openDetails,
  },
  {
    name: 'catalogue-differs',
    scenario: 'none,host,differs',
    ready: 'notice-n4',
    prepare: openDetails,
  },
  {
    name: 'catalogue-leftovers',
    scenario: 'none,leftovers',
    ready: 'notice-n3',
    prepare: openDetails,
  },
  { name: 'lab-docker', scenario: 'lab,docker', ready: 'lab' },
  { name: 'lab-host-untold', scenario: 'lab,host,untold', ready: 'lab' },
  { name: 'lab-host-asking', scenario: 'lab,host,asking', ready: 'lab' },
  {
    name: 'lab-host-granted',
    scenario: 'lab,host,granted',
    ready: 'lab',
    prepare: async (page) => {
      await page.getByTestId('rule-apply-masquerade').click();
      await expect(page.getByTestId('machine')).toContainText('1 change applied');
    },
  },
  { name: 'rights', scenario: 'lab,host,untold', ready: 'lab', prepare: openRights },
  { name: 'rights-sudo', scenario: 'lab,host,untold,sudo', ready: 'lab', prepare: openRights },
  { name: 'rights-asking', scenario: 'lab,host,asking', ready: 'lab', prepare: openRights },
  { name: 'questions', scenario: 'lab,host,untold,questions', ready: 'questions' },
  {
    name: 'questions-lines',
    scenario: 'lab,host,untold,questions',
    ready: 'questions',
    prepare: async (page) => {
      await page.getByTestId('choice-range-192.168.50.0/24').click();
      await expect(page.getByRole('radio', { name: /192\.168\.50\.0/ })).toBeChecked();
    },
  },
  {
    name: 'vagrantfile',
    scenario: 'lab,down,host',
    ready: 'lab',
    prepare: async (page) => {
      await page.getByTestId('vagrantfile-boxA').click();
      await expect(page.getByTestId('vagrantfile-dialog')).toContainText('config.vm.box');
    },
  },
  { name: 'lab', scenario: 'lab', ready: 'lab' },
  {
    name: 'lab-answered',
    scenario: 'lab',
    ready: 'lab',
    prepare: async (page) => {
      await page.getByTestId('prediction-reply-0').click();
      await page.getByTestId('rule-explain-ip-forward').click();
      await page.locator('[data-region="panels"] tr.row').first().click();
      await page.getByTestId('term-route').click();
    },
  },
  {
    name: 'lab-bottom',
    scenario: 'lab',
    ready: 'lab',
    prepare: async (page) => {
      await page.getByTestId('note').scrollIntoViewIfNeeded();
      await page.getByText('Notes to self').click();
    },
  },
  { name: 'lab-machine-down', scenario: 'lab,down', ready: 'lab' },
  {
    name: 'lab-busy',
    scenario: 'lab,frozen,task,notices',
    ready: 'lab',
    prepare: async (page) => {
      await page.keyboard.press('Control+Shift+B');
      await expect(page.getByTestId('broadcast-banner')).toBeVisible();
    },
  },
  {
    name: 'confirm-marked-rule',
    scenario: 'lab',
    ready: 'lab',
    prepare: async (page) => {
      await page.getByTestId('rule-apply-flush-nat').click();
      await expect(page.getByTestId('confirm-rule')).toBeVisible();
    },
  },
  { name: 'intro', scenario: 'lab,intro', ready: 'intro' },
  { name: 'starting', scenario: 'lab,starting', ready: 'lab-phase' },
  { name: 'failed', scenario: 'lab,failed', ready: 'lab-phase' },
  {
    name: 'palette',
    scenario: 'lab',
    ready: 'lab',
    prepare: async (page) => {
      await page.keyboard.press('Control+K');
      await expect(page.getByTestId('palette')).toBeVisible();
    },
  },
  {
    name: 'health',
    scenario: 'none',
    ready: 'catalog',
    prepare: async (page) => {
      await page.getByTestId('open-health').click();
      await expect(page.getByTestId('backend-sandbox')).toBeVisible();
    },
  },
  {
    name: 'settings',
    scenario: 'none',
    ready: 'catalog',
    prepare: async (page) => {
      await page.getByTestId('open-settings').click();
    },
  },
  {
    name: 'settings-box',
    scenario: 'none,host',
    ready: 'catalog',
    prepare: async (page) => {
      await page.getByTestId('open-settings').click();
      await page.getByTestId('setting-box').fill('my box; rm');
      await page.keyboard.press('Enter');
      await expect(page.getByTestId('problem-box')).toBeVisible();
    },
  },
  {
    name: 'about',
    scenario: 'none',
    ready: 'catalog',
    prepare: async (page) => {
      await page.getByTestId('open-settings').click();
      await page.getByTestId('open-about').click();
      await expect(page.getByTestId('about')).toBeVisible();
    },
  },
];

for (const view of views) {
  test.describe(view.name, () => {
    // The theme is that of the desktop, which changes while the view is open.
    test.use({ scenario: view.scenario });
    test('is accessible and drawn, in dark and in light', async ({ page }) => {
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.getByTestId(view.ready).waitFor();
      await view.prepare?.(page);
      for (const theme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        await settled(page);
        await page.screenshot({ path: join(pictures, `${view.name}-${theme}.png`) });
        expect(await violations(page), theme).toEqual([]);
      }
    });
  });
}

const sizes: [name: string, scenario: string, width: number, height: number, ready: string][] = [
  ['lab', 'lab,dark', 1280, 800, 'lab'],
  ['lab', 'lab,dark', 1920, 1080, 'lab'],
  ['lab-host', 'lab,host,granted,light', 1280, 800, 'lab'],
  ['lab-host-asking', 'lab,host,asking,light', 1280, 800, 'lab'],
  ['catalogue-host', 'none,host,light', 1280, 800, 'backend-missing'],
  ['questions', 'lab,host,untold,questions,light', 1024, 700, 'questions'],
];
for (const [name, scenario, width, height, ready] of sizes) {
  test.describe(`${name} at ${String(width)}x${String(height)}`, () => {
    test.use({ scenario, size: { width, height } });
    test('fits', async ({ page }) => {
      await page.getByTestId(ready).waitFor();
      await settled(page);
      const overflow = await page.evaluate(() => ({
        x: document.documentElement.scrollWidth - window.innerWidth,
        y: document.documentElement.scrollHeight - window.innerHeight,
      }));
      await page.screenshot({
        path: join(pictures, `${name}-${String(width)}x${String(height)}.png`),
      });
      expect(overflow).toEqual({ x: 0, y: 0 });
    });
  });
}

test.describe('presenter size', () => {
  test.use({ scenario: 'lab,light,presenter', size: { width: 1920, height: 1080 } });
  test('fits', async ({ page }) => {
    await page.getByTestId('lab').waitFor();
    await settled(page);
    await page.screenshot({ path: join(pictures, 'lab-presenter.png') });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBe(0);
  });
});

/** Fonts are there, and what moves has come to rest, but for what turns for ever. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    // What the last change starts begins with the next frame.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ends = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ends.map((each) => each.finished.catch(() => undefined)));
  });
}

/** Each rule that is broken, with the first place. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource).catch(async () => {
    await page.addScriptTag({ content: axeSource });
  });
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: unknown,
          options: unknown,
        ): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const result = await axe.run(
      // A terminal's inside belongs to xterm.js, which has a mode of its own for screen readers.
      { exclude: [['.xterm']] },
      { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] },
    );
    return result.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`)
          .slice(0, 3)
          .join('\n')}`,
    );
  });
}
