/** What can be wrong with the learner's computer: what the window says of it, and how to go on. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addBox, serveBox } from '../support/vagrant/box.ts';
import type { Computer } from '../support/vagrant/computer.ts';
import { eventually, expect, openHere, stopHere, test } from './vagrant-fixtures.ts';

/** Settings of Vagrant for every machine of this computer; null: none. */
function everyMachine(computer: Computer, line: string | null): void {
  const file = join(computer.home, '.vagrant.d/Vagrantfile');
  if (line === null) rmSync(file, { force: true });
  else writeFileSync(file, `Vagrant.configure("2") do |config|\n  ${line}\nend\n`);
}

test('what is wrong with this computer is said, and how to go on', async ({
  lab,
  page,
  computer,
}) => {
  await page.getByTestId('backend-vagrant').click();
  const messages = page.getByRole('region', { name: 'Messages' });
  const start = page.getByTestId('open-lab-01-nat');

  await test.step('VBoxManage hangs', async () => {
    computer.faults('hang');
    await start.click();
    await expect(messages).toContainText('did not answer within 30 s', { timeout: 45_000 });
  });
  await test.step('VBoxManage prints nothing', async () => {
    computer.faults('empty');
    await start.click();
    await expect(messages).toContainText('says nothing when it is asked for its version');
  });
  await test.step('kernel modules are missing', async () => {
    computer.faults('modules-missing');
    await start.click();
    await expect(messages).toContainText('kernel modules are not loaded');
    // Health is opened, and says what helps.
    const item = page.getByTestId('health-virtualbox');
    await expect(item).toContainText('its kernel modules are not loaded');
    await expect(item).toContainText('vboxconfig');
  });
  await test.step('it is put right: the same click opens the lab', async () => {
    computer.faults();
    await page.getByTestId('go-catalog').click();
    await lab.open('01-nat');
    await lab.shows('host', 'learner@laptop');
  });
});

test('what goes wrong while a machine starts is said, and the next try goes on', async ({
  lab,
  page,
  computer,
}) => {
  const messages = page.getByRole('region', { name: 'Messages' });
  const start = page.getByTestId('start-boxA');
  const task = page.getByTestId('task');
  /** A click that fails; its words go away again. */
  const fails = async (...words: (string | RegExp)[]) => {
    await start.click();
    for (const word of words) await expect(messages).toContainText(word, { timeout: 90_000 });
    await messages
      .getByRole('button', { name: /dismiss/i })
      .first()
      .click();
  };
  await openHere(page, lab, '01-nat');

  await test.step('the download of the box: how far it is, cancelled, and broken off', async () => {
    const server = await serveBox(computer, { slowly: true });
    await computer.bash('vagrant box remove bento/ubuntu-24.04');
    everyMachine(computer, `config.vm.box_url = "${server.url}"`);
    await start.click();
    await expect(task).toContainText(/Downloading the box: \d+ %, \S+\/s, .* left/, {
      timeout: 60_000,
    });
    await page.getByTestId('task-cancel').click();
    await expect(start).toBeVisible();
    await expect(messages).toContainText('Cancelled');
    await messages
      .getByRole('button', { name: /dismiss/i })
      .first()
      .click();
    await fails('The download of the box failed', 'Vagrant goes on where it stopped', /\d+ bytes/);
    await server.stop();
    everyMachine(computer, null);
    await addBox(computer, 'bento/ubuntu-24.04');
  });
  await test.step('another program holds the machine', async () => {
    computer.faults('locked:99');
    await fails('Another program is changing that virtual machine');
  });
  await test.step('KVM has the processor', async () => {
    computer.faults('kvm');
    await fails('KVM) holds the processor', 'modprobe -r kvm_intel kvm_amd');
  });
  await test.step('it does not answer', async () => {
    computer.faults('boot-timeout');
    everyMachine(computer, 'config.vm.boot_timeout = 5');
    await fails('did not answer by ssh in time');
    everyMachine(computer, null);
  });
  await test.step('it is put right', async () => {
    computer.faults();
    await lab.type('host', 'vagrant destroy -f');
    await expect(lab.mapNode('boxA')).toHaveAttribute('data-life', 'absent', { timeout: 30_000 });
  });
  await test.step('port 2222 is taken: boxA is reached by another', async () => {
    const leave = await computer.occupy(2222);
    await lab.type('host', 'vagrant up');
    await eventually(lab, 'boxA', /vagrant@boxA:~\$/)();
    await leave();
    await lab.shows('host', /=> 2200 \(host\)/);
  });
  await test.step('the machine ends by itself, and it shows', async () => {
    await computer.bash('kill -9 $(pgrep -x VBoxHeadless | sed -n 2p)');
    await expect(lab.mapNode('boxA')).toHaveAttribute('data-life', 'died', { timeout: 15_000 });
  });
  await stopHere(page, computer);
});

test.describe('on a desktop that speaks German', () => {
  test.use({ language: 'de_DE.UTF-8' });
  test('the machine starts all the same', async ({ lab, page, computer }) => {
    computer.faults('german');
    await openHere(page, lab, '01-nat');
    await page.getByTestId('start-boxA').click();
    await eventually(lab, 'boxA', /vagrant@boxA:~\$/)();
    await lab.type('host', 'VBoxManage showvminfo nothing');
    await lab.shows('host', 'Es konnte keine registrierte Maschine');
    await stopHere(page, computer);
  });
});
