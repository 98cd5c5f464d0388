/** What is asked before a lab opens on this computer: which network is its LAN, and which addresses VirtualBox may use. */
import type { Page } from '@playwright/test';
import type { Computer } from '../support/vagrant/computer.ts';
import { eventually, expect, stopHere, test } from './vagrant-fixtures.ts';

/** No file: VirtualBox allows 192.168.56.0/21 only, which is not the article's range. */
test.use({ networksConf: null });

/** Beside the card: another one with a router, and a VPN that leads to one far end. */
async function moreWaysOut(computer: Computer): Promise<void> {
  const { code, stderr } = await computer.bash(`ip -batch - <<IP
link add enp5s0 type veth peer name far
addr add 10.0.0.7/24 dev enp5s0
link set enp5s0 up
link set far up
route add default via 10.0.0.1 dev enp5s0 metric 600
tuntap add tun0 mode tun
addr add 10.8.0.6 peer 10.8.0.5 dev tun0
link set tun0 up
route add default dev tun0 metric 900
IP`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

const conf = (computer: Computer) => computer.bash('cat /etc/vbox/networks.conf');
const radio = (page: Page, name: RegExp) => page.getByRole('radio', { name });
const start = (page: Page) => page.getByTestId('open-lab-02-host-only').click();
const questions = (page: Page) => page.getByTestId('questions');

test('several ways out and a range that is refused: asked at once, kept as a mark, and taken back at the end', async ({
  lab,
  page,
  computer,
}) => {
  await moreWaysOut(computer);
  await page.getByTestId('backend-vagrant').click();

  await test.step('what there is to choose from', async () => {
    await start(page);
    await expect(questions(page)).toBeVisible();
    await expect(radio(page, /eno1 Ethernet .*192\.168\.178\.20.*192\.168\.178\.1/)).toBeChecked();
    await expect(radio(page, /enp5s0 Ethernet .*10\.0\.0\.7.*10\.0\.0\.1/)).not.toBeChecked();
    await expect(radio(page, /tun0 VPN .*none/)).toBeDisabled();
    await expect(questions(page)).toContainText('has no router of a network');
    await expect(radio(page, /192\.168\.56\.0\/24/)).toBeChecked();
    await expect(page.getByLabel('Lines that are added')).toContainText('* 192.168.50.0/24');
  });
  await test.step('Escape: the lab is not opened, and nothing was changed', async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('catalog')).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    expect((await conf(computer)).code).not.toBe(0);
    const { stdout } = await computer.bash('ls ~ /var/lib/vbox-machines; ip -br link');
    expect(stdout).not.toMatch(/lab2|vboxnet/);
  });
  await test.step('by keyboard: the other card, and the article’s addresses', async () => {
    await start(page);
    await expect(radio(page, /eno1/)).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(radio(page, /enp5s0/)).toBeChecked();
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await expect(radio(page, /192\.168\.50\.0\/24/)).toBeChecked();
    await page.getByTestId('questions-open').press('Enter');
    await expect(page.getByTestId('phase')).toHaveAttribute('data-phase', 'running');
    await lab.skipIntro();
  });
  await test.step('texts and rules name what was chosen; the line is there, with the permission', async () => {
    const values = await page.evaluate(async () => {
      const snapshot = await window.hoplab.app.snapshot();
      return snapshot.ok ? snapshot.value.session?.values : {};
    });
    expect(values).toMatchObject({
      'lan.device': 'enp5s0',
      'lan.gateway': '10.0.0.1',
      'host-only.host': '192.168.50.1',
    });
    await expect(page.getByTestId('rights')).toHaveAttribute('data-state', 'granted');
    await expect
      .poll(async () => (await conf(computer)).stdout)
      .toBe(
        '* 192.168.56.0/21\n# Added by Hoplab for a lab; taken away at its end.\n* 192.168.50.0/24\n',
      );
    await expect(page.getByText('The lab’s LAN is enp5s0')).toBeVisible();
  });
  await test.step('the machine has the article’s address', async () => {
    await page.getByTestId('start-boxA').click();
    await eventually(lab, 'boxA', /vagrant@boxA:~\$/)();
    const { stdout } = await computer.bash('ip -br -4 addr show vboxnet0');
    expect(stdout).toContain('192.168.50.1/24');
  });
  await test.step('the end takes the machine and the line away', async () => {
    await stopHere(page, computer);
    expect((await conf(computer)).code).not.toBe(0);
    expect((await computer.bash('ls -d /etc/vbox')).code).not.toBe(0);
  });
  await test.step('the next time it is marked; the other range needs no permission', async () => {
    await start(page);
    await expect(radio(page, /enp5s0/)).toBeChecked();
    await expect(radio(page, /192\.168\.50\.0\/24/)).toBeChecked();
    await radio(page, /192\.168\.56\.0\/24/).click();
    await page.getByTestId('questions-open').click();
    await expect(page.getByTestId('phase')).toHaveAttribute('data-phase', 'running');
    await expect(page.getByTestId('rights')).toHaveAttribute('data-state', 'none');
    await expect(page.getByText('The lab uses 192.168.56.0/24')).toBeVisible();
    expect((await conf(computer)).code).not.toBe(0);
    await stopHere(page, computer);
  });
});

test('a lab is killed with its line in force: the line goes all the same', async ({
  page,
  computer,
  electron,
}) => {
  await page.getByTestId('backend-vagrant').click();
  await start(page);
  await radio(page, /192\.168\.50\.0\/24/).click();
  await page.getByTestId('questions-open').click();
  await expect(page.getByTestId('rights')).toHaveAttribute('data-state', 'granted');
  await expect.poll(async () => (await conf(computer)).code).toBe(0);
  const pid = await electron.evaluate(() => process.pid);
  await computer.bash(`kill -9 ${String(pid)}`);
  await expect.poll(async () => (await conf(computer)).code).not.toBe(0);
});
