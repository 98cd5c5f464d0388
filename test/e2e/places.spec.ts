/** Where labs run, and what may be changed there: choosing it, the permission, the footer, the box. The state is made up. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../main/platform/run.ts';
import { expect, test } from './fixtures.ts';

test.describe('where labs run', () => {
  test.use({ scenario: 'none,dark,nodocker' });

  test('each place says what it is; what is missing leads to Health', async ({ page }) => {
    const about = page.getByTestId('backend-about');
    await expect(about).toContainText('nothing on your machine is changed');
    await page.getByTestId('backend-vagrant').click();
    await expect(about).toContainText('the host is this computer');
    await page.getByTestId('backend-docker').click();
    await expect(about).toContainText('a container of your Docker');
    await expect(page.getByTestId('backend-missing')).toContainText('no docker program was found');
    await page.getByTestId('see-missing').click();
    await expect(page.getByTestId('health-engine')).toContainText('apt-get install -y docker.io');
    await page.getByTestId('go-catalog').click();
    await page.getByTestId('backend-sandbox').click();
    await expect(page.getByTestId('backend-missing')).toBeHidden();
  });

  test('the palette chooses it too', async ({ page }) => {
    await page.keyboard.press('Control+K');
    await page.getByTestId('palette-input').fill('where docker');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('backend-docker')).toHaveAttribute('data-state', 'on');
  });
});

test.describe('the footer', () => {
  for (const [scenario, words] of [
    ['none', 'Your machine: untouched'],
    ['lab', 'Your machine: untouched'],
    ['lab,docker', 'Your machine’s network: untouched'],
    ['lab,host,untold', 'This computer: unchanged'],
    ['none,leftovers', 'This computer: 2 changes applied by an earlier run'],
  ] as const)
    test.describe(scenario, () => {
      test.use({ scenario });
      test('says what is so', async ({ page }) => {
        await expect(page.getByTestId('machine')).toHaveText(words);
      });
    });
});

test.describe('the permission', () => {
  test.use({ scenario: 'lab,host,untold,light' });

  test('is asked for when something is applied, which is done when it is there', async ({
    lab,
    page,
  }) => {
    const apply = page.getByTestId('rule-apply-masquerade');
    const dialog = page.getByTestId('rights-dialog');
    await apply.focus();
    await page.keyboard.press('Enter');
    await expect(dialog).toContainText('iptables -t nat -A POSTROUTING -o eno1 -j MASQUERADE');
    await expect(dialog).toContainText('Your desktop will ask for the password');
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(apply).toBeFocused();
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'unavailable');

    await page.keyboard.press('Enter');
    await page.getByTestId('rights-allow').click();
    await expect(dialog).toBeHidden();
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'on');
    await expect(page.getByTestId('machine')).toHaveText('This computer: 1 change applied');

    await page.getByTestId('rights').click();
    await expect(page.getByTestId('machine')).toHaveText('This computer: unchanged');
    await expect(page.getByTestId('rights')).toHaveText('Allow changes …');
  });

  test('what was wanted and given up is not done when it is given later', async ({ lab, page }) => {
    await page.getByTestId('rule-apply-masquerade').click();
    await page.getByTestId('rights-not-now').click();
    await page.getByTestId('rights').click();
    await page.getByTestId('rights-allow').click();
    await expect(page.getByTestId('rights')).toHaveText('Give permission back');
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'off');
  });

  test('a firewall that cannot be read offers it, and is read', async ({ lab, page }) => {
    await lab.showPanel('host', 'firewall');
    await page.getByTestId('panel-allow-host').click();
    await page.getByTestId('rights-allow').click();
    await expect(page.getByTestId('panel-host-firewall')).toContainText('MASQUERADE');
  });

  test('the palette applies by asking first', async ({ lab, page }) => {
    await page.keyboard.press('Control+K');
    await page.getByTestId('palette-input').fill('apply masq');
    await page.keyboard.press('Enter');
    await page.getByTestId('rights-allow').click();
    await expect(lab.rule('masquerade')).toHaveAttribute('data-life', 'on');
  });
});

test.describe('while it is being asked for', () => {
  test.use({ scenario: 'lab,host,untold,slow' });
  test('it can be given up', async ({ page }) => {
    await page.getByTestId('rights').click();
    await page.getByTestId('rights-allow').click();
    await expect(page.getByTestId('rights-allow')).toHaveText('Waiting for your password …');
    await expect(page.getByTestId('rights-allow')).toBeDisabled();
    await page.getByTestId('rights-not-now').click();
    await expect(page.getByTestId('rights')).toHaveText('Allow changes …');
  });
});

test.describe('where sudo asks', () => {
  test.use({ scenario: 'lab,host,untold,slow,sudo' });
  test('the dialog makes room for the terminal, and can be called back to give up', async ({
    page,
  }) => {
    await page.getByTestId('rights').click();
    await page.getByTestId('rights-allow').click();
    await expect(page.getByTestId('rights-dialog')).toBeHidden();
    await page.getByTestId('rights').click();
    await page.getByTestId('rights-not-now').click();
    await expect(page.getByTestId('rights')).toHaveText('Allow changes …');
  });
});

test.describe('the box', () => {
  test.use({ scenario: 'none,light' });
  test('is kept; what is no name of one is said, and nothing is lost', async ({ page }) => {
    const box = page.getByTestId('setting-box');
    const problem = page.getByTestId('problem-box');
    await page.getByTestId('open-settings').click();
    await box.fill('generic/debian12');
    await page.keyboard.press('Enter');
    await page.reload();
    await page.getByTestId('open-settings').click();
    await expect(box).toHaveValue('generic/debian12');

    await box.fill('x"; system("id")');
    await page.keyboard.press('Enter');
    await expect(problem).toContainText('not the name of a box');
    await page.getByTestId('setting-theme-dark').click();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await expect(box).toHaveValue('x"; system("id")');
    await box.focus();
    await page.keyboard.press('Escape');
    await expect(box).toHaveValue('generic/debian12');
    await expect(problem).toBeHidden();

    await box.fill('');
    await page.keyboard.press('Enter');
    await page.reload();
    await page.getByTestId('open-settings').click();
    await expect(box).toHaveValue('');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });
});

test('the tour never goes to this computer, where nobody could allow it anything', async ({
  hoplab,
}) => {
  writeFileSync(join(hoplab.dataDir, 'settings.json'), JSON.stringify({ backend: 'vagrant' }));
  const [program, ...args] = await hoplab.command();
  const { code, stdout, stderr } = await run([program, ...args, '--tour=01-nat:1'], {
    env: hoplab.env,
    timeoutMs: 60_000,
  });
  expect(stdout, stderr).toContain('The tour of 01-nat in the sandbox');
  expect(stdout).toContain('every check passed');
  expect(code).toBe(0);
});
