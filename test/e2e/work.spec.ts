/** Working in a real lab: what a person has typed, noted and opened stays, and nothing runs unseen. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { LabPage } from './pages/lab-page.ts';

test.setTimeout(90_000);

test('terminals, paste, type into all, note and reload, in one sitting', async ({ hoplab }) => {
  writeFileSync(join(hoplab.dataDir, 'settings.json'), JSON.stringify({ introSeen: true }));
  const { page } = await hoplab.start();
  const lab = new LabPage(page);
  await lab.open('02-host-only');
  await lab.type('host', 'vagrant up');
  await lab.shows('boxA', 'vagrant@boxA:~$');

  await test.step('several pasted lines are shown before they run', async () => {
    await lab.terminal('host').locator('textarea').focus();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'echo pasted-on""e\necho pasted-tw""o\n');
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await expect(page.getByTestId('paste-dialog')).toContainText('Paste 2 lines?');
    expect(await lab.screen('host')).not.toContain('pasted-on');
    await page.getByTestId('paste-lines').click();
    await page.keyboard.press('Enter');
    await lab.shows('host', /pasted-one[\s\S]*pasted-two/);
  });

  await test.step('what is typed into all reaches the host and the machine, under a banner', async () => {
    await lab.terminal('host').locator('textarea').focus();
    await page.keyboard.press('Control+Shift+B');
    await expect(page.getByTestId('broadcast-banner')).toContainText('both terminals');
    await page.keyboard.type('echo I am $(hostname)');
    await page.keyboard.press('Enter');
    await lab.shows('host', 'I am host');
    await lab.shows('boxA', 'I am boxA');
    await page.getByTestId('broadcast-stop').click();
    await expect(page.getByTestId('broadcast-banner')).toBeHidden();
    await lab.type('host', 'echo only h""ere');
    await lab.shows('host', 'only here');
    expect(await lab.screen('boxA')).not.toContain('only here');
  });

  await test.step('a reload keeps what the terminals have shown, beyond the screen too', async () => {
    await lab.type('host', 'seq 1 300');
    await lab.shows('host', /^300$/m);
    await page.reload();
    await lab.shows('host', /^300$/m);
    await lab.shows('boxA', 'I am boxA');
    await lab.terminal('host').locator('textarea').focus();
    await page.keyboard.press('Control+Shift+F');
    await page.getByTestId('terminal-search').fill('pasted-two');
    await expect(page.locator('.search [role="status"]')).toHaveText(/^[1-9]\d* \/ [1-9]\d*$/);
    await page.keyboard.press('Escape');
    await lab.type('host', 'echo ali""ve');
    await lab.shows('host', /^alive$/m);
  });

  await test.step('a shell that ends says so, and a new one opens in its place', async () => {
    await lab.type('boxA', 'exit 3');
    const ended = lab.terminal('boxA').locator('[data-testid^="ended-"]');
    await expect(ended).toContainText('exit code 3');
    await ended.getByRole('button', { name: 'Open a new one' }).click();
    await expect(lab.terminal('boxA')).toHaveAttribute('data-state', 'open');
    await lab.shows('boxA', 'vagrant@boxA:~$');
    await expect(page.getByTestId('terminal-boxA')).toHaveCount(1);
  });

  await test.step('a note is kept with the lab', async () => {
    await page.getByText('Notes to self').click();
    await page.getByTestId('note').fill('ARP goes first');
    await page.getByTestId('note').blur();
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const answer = await window.hoplab.app.snapshot();
          return answer.ok && answer.value.session?.note;
        }),
      )
      .toBe('ARP goes first');
    await page.reload();
    await expect(page.getByTestId('note')).toHaveValue('ARP goes first');
  });
});

test('rules of the older iptables are shown as well, and it says that there are two', async ({
  hoplab,
}) => {
  writeFileSync(join(hoplab.dataDir, 'settings.json'), JSON.stringify({ introSeen: true }));
  const { page } = await hoplab.start();
  const lab = new LabPage(page);
  await lab.open('02-host-only');
  const panel = await lab.showPanel('host', 'firewall');
  await expect(panel).toContainText('nat · POSTROUTING');
  await expect(panel.getByRole('note')).toHaveCount(0);
  await lab.type('host', 'sudo iptables-legacy -t nat -A POSTROUTING -o eno1 -j MASQUERADE');
  await expect(panel.getByRole('note')).toContainText('The table nat also holds legacy rules');
  await expect(panel).toContainText('legacy nat · POSTROUTING');
  await page.screenshot({ path: 'test/results/screenshots/legacy-rules.png' });
});

test('the Vagrantfile is shown as it is, and the machine started with a click', async ({
  page,
  lab,
}) => {
  await lab.open('02-host-only');
  await lab.type('host', 'echo "# a line of mine" >>Vagrantfile');
  await page.getByTestId('vagrantfile-boxA').click();
  const dialog = page.getByTestId('vagrantfile-dialog');
  await expect(dialog).toContainText('/home/learner/lab2/Vagrantfile');
  await expect(dialog).toContainText('192.168.50.4');
  await expect(dialog).toContainText('# a line of mine');
  await page.keyboard.press('Escape');
  await page.getByTestId('start-boxA').click();
  await lab.shows('boxA', 'vagrant@boxA:~$');
});
