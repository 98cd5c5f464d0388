/** VBoxManage stops to answer while a lab is open: the window says so, goes on, and can be left. */
import { eventually, expect, openHere, stopHere, test } from './vagrant-fixtures.ts';

test('VBoxManage hangs while a lab is open', async ({ lab, page, computer }) => {
  const boxA = lab.mapNode('boxA');
  await openHere(page, lab, '01-nat');
  await page.getByTestId('start-boxA').click();
  await eventually(lab, 'boxA', /vagrant@boxA:~\$/)();
  await expect(boxA).not.toContainText('has not answered');

  await test.step('the map says so within seconds; the shell goes on', async () => {
    computer.faults('hang');
    await expect(boxA).toContainText('VBoxManage has not answered for', { timeout: 20_000 });
    await lab.type('boxA', 'echo still-$((40 + 2))');
    await lab.shows('boxA', 'still-42');
  });
  await test.step('the lab is left in a few seconds, and what stays is said', async () => {
    await page.getByTestId('stop-lab').click();
    await page.getByTestId('confirm-stop-lab').click();
    await expect(page.getByTestId('catalog')).toBeVisible({ timeout: 15_000 });
    const messages = page.getByRole('region', { name: 'Messages' });
    await expect(messages).toContainText('Not everything could be taken away');
    await expect(messages).toContainText('boxA could not be taken away and may still run');
    await expect(messages).toContainText(/cd '.*lab1' && vagrant destroy -f/);
  });
  await test.step('opening another time is given up at a click', async () => {
    await page.getByTestId('open-lab-01-nat').click();
    await page.getByTestId('cancel-start').click();
    await expect(page.getByTestId('catalog')).toBeVisible();
  });
  await test.step('it answers again: the machine is found, and goes with the lab', async () => {
    computer.faults();
    await lab.open('01-nat');
    await expect(boxA).toHaveAttribute('data-life', 'running', { timeout: 30_000 });
    await stopHere(page, computer);
  });
});
