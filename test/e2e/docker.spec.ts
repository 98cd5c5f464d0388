/** Both labs with every machine a container of a real Docker, chosen on the start page and done by clicks and keys. */
import { startEngine, whyNoEngine, type TestEngine } from '../support/docker-engine.ts';
import { expect, test as base } from './fixtures.ts';
import { walkHostOnly, walkNat } from './pages/lab-walks.ts';
import { Walker } from './pages/walker.ts';

/** One engine for all: what a lab leaves behind, the next one would find. */
const test = base.extend<object, { engine: TestEngine }>({
  engine: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what is needed here.
    async ({}, use) => {
      const engine = await startEngine();
      await use(engine);
      await engine.dispose();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  environment: async ({ engine }, use) => {
    const { PATH, DOCKER_HOST, HOPLAB_DOCKER_BASE, HOPLAB_DOCKER_NETWORK } = engine.env;
    await use({ PATH, DOCKER_HOST, HOPLAB_DOCKER_BASE, HOPLAB_DOCKER_NETWORK } as Record<
      string,
      string
    >);
  },
});

test.skip(whyNoEngine !== null, whyNoEngine ?? '');
test.setTimeout(240_000);
test.use({ size: { width: 1920, height: 1080 } });

/** Containers there are, running or not. */
const containers = (engine: TestEngine) => () => engine.docker('ps', '--all', '--quiet');

test.beforeEach(async ({ page }) => {
  await page.getByTestId('backend-docker').click();
  await expect(page.getByTestId('backend-about')).toContainText('a container of your Docker');
});

test('the first start builds the image, says how far it is, and can be cancelled', async ({
  page,
  engine,
}) => {
  await page.getByTestId('open-lab-01-nat').click();
  await expect(page.getByTestId('lab-phase')).toContainText('Building the image');
  await page.getByTestId('cancel-start').click();
  await expect(page.getByTestId('catalog')).toBeVisible();
  await expect.poll(containers(engine)).toBe('');
});

test('lab 1: NAT networking', async ({ lab, page }) => {
  await walkNat(new Walker(lab, page));
});

test('lab 2: host-only networking and the way out to the LAN', async ({ lab, page, engine }) => {
  await walkHostOnly(new Walker(lab, page));
  await page.getByTestId('stop-lab').click();
  await page.getByTestId('confirm-stop-lab').click();
  await expect(page.getByTestId('catalog')).toBeVisible();
  await expect.poll(containers(engine)).toBe('');
});
