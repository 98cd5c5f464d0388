/** Both labs on the learner's own computer, by clicks and keys in the real window: a real Vagrant, real machines, a real Docker. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  _electron,
  expect,
  test as base,
  type ElectronApplication,
  type Page,
} from '@playwright/test';
import { addBox } from '../support/vagrant/box.ts';
import { makeComputer, whyNoComputer, type Computer } from '../support/vagrant/computer.ts';
import { startDocker } from '../support/vagrant/docker.ts';
import { insideOf } from '../support/vagrant/window.ts';
import { electronExecutable } from './electron.ts';
import { LabPage } from './pages/lab-page.ts';
import { Walker } from './pages/walker.ts';

const root = join(import.meta.dirname, '../..');

interface Fixtures {
  computer: Computer;
  electron: ElectronApplication;
  page: Page;
  lab: LabPage;
}

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of what is needed here.
  computer: async ({}, use) => {
    const computer = await makeComputer({ networksConf: '* 192.168.0.0/16\n' });
    const docker = await startDocker(computer);
    await addBox(computer, 'bento/ubuntu-24.04');
    // As Hoplab's package does.
    await computer.bash(`cp -rL ${root}/main/rules/elevation/helper /usr/lib/hoplab`);
    await use(computer);
    await computer.close();
    await docker.close();
  },
  electron: async ({ computer }, use) => {
    const dataDir = join(computer.folder, 'd');
    mkdirSync(dataDir);
    writeFileSync(
      join(dataDir, 'window.json'),
      JSON.stringify({ x: 0, y: 0, width: 1920, height: 1080, maximized: false }),
    );
    const electron = await _electron.launch({
      executablePath: insideOf(computer, await electronExecutable()),
      args: ['--no-sandbox', join(root, 'dist/test'), `--data-dir=${dataDir}`],
      env: {
        ...computer.env,
        DISPLAY: process.env['DISPLAY'] ?? '',
        HOPLAB_CACHE: '/var/cache/hoplab',
        SHELL: '/bin/bash',
      },
    });
    await use(electron);
    // A fault that is still on would keep the window from taking its machines away.
    computer.faults();
    await electron
      .evaluate(({ dialog }) => {
        dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
      })
      .catch(() => undefined);
    await electron.close();
  },
  page: async ({ electron }, use) => {
    const page = await electron.firstWindow();
    await page.getByTestId('open-settings').waitFor();
    await use(page);
  },
  lab: async ({ page }, use) => {
    await use(new LabPage(page));
  },
});

test.skip(whyNoComputer !== null, whyNoComputer ?? '');
// A real Vagrant takes its time: ten seconds for a machine, on a machine that does nothing else.
test.setTimeout(420_000);

/** What a real machine takes longer for than the sandbox. */
const eventually =
  (lab: LabPage, node: string, text: string | RegExp) => async (): Promise<void> => {
    await expect.poll(() => lab.screen(node), { timeout: 90_000 }).toMatch(text);
  };

/** Chooses this computer on the start page and opens the lab. */
async function open(page: Page, lab: LabPage, labId: string): Promise<void> {
  await page.getByTestId('backend-vagrant').click();
  await expect(page.getByTestId('backend-about')).toContainText('the host is this computer');
  await lab.open(labId);
  await lab.shows('host', 'learner@laptop');
}

/** Says yes in the dialog that asks for the permission. */
async function allow(page: Page): Promise<void> {
  await page.getByTestId('rights-allow').click();
  await expect(page.getByTestId('rights')).toHaveAttribute('data-state', 'granted');
}

/** Ends the lab and sees what the computer is like then. */
async function stop(page: Page, computer: Computer): Promise<void> {
  await page.getByTestId('stop-lab').click();
  await page.getByTestId('confirm-stop-lab').click();
  await expect(page.getByTestId('catalog')).toBeVisible({ timeout: 60_000 });
  const { stdout } = await computer.bash(
    'VBoxManage list vms; docker ps -q; ps -eo comm=; ls /var/lib/vbox-machines; ip -br link',
  );
  expect(stdout).not.toMatch(/boxA|VBoxHeadless|[0-9a-f]{12}$|vboxnet/m);
}

test('lab 1 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  await open(page, lab, '01-nat');
  await walk.step(
    'Start the machine',
    walk.click(1, 'host', 'Importing base box'),
    eventually(lab, 'boxA', /vagrant@boxA:~\$/),
    walk.click(2, 'host'),
    eventually(lab, 'host', /vagrant@boxA:~\$/),
    walk.type('host', 'exit', /Connection to 127\.0\.0\.1 closed|logout[^]*learner@laptop/),
  );
  await walk.step(
    'What cards does it have?',
    walk.click(1, 'boxA', 'Local Loopback'),
    walk.sees('boxA', 'interfaces', 'enp0s3'),
    walk.predict('lo', 1),
  );
  await walk.step(
    'Which way is out?',
    walk.click(1, 'boxA', '10.0.2.2'),
    walk.sees('boxA', 'routes', '10.0.2.2'),
    walk.predict('gateway', 2),
  );
  await walk.step(
    'Out into the world',
    walk.click(1, 'boxA', 'bytes from'),
    walk.keys('boxA', 'Control+c'),
  );
  await walk.step(
    'A web server on the host',
    walk.click(1, 'host', /[0-9a-f]{40}/),
    walk.click(2, 'host', '172.17.0.2'),
  );
  await walk.step(
    'Two hidden networks meet',
    walk.predict('reach', 2),
    walk.click(1, 'boxA', 'nginx'),
  );
  await walk.step(
    'Whose connection is it?',
    walk.predict('owner', 2),
    // Whose a connection is, only root is told.
    () => page.getByTestId('rights').click(),
    () => allow(page),
    // The heading scrolls away on a computer with many connections.
    walk.click(1, 'host', /Proto|TIME_WAIT|ESTABLISHED/),
    walk.click(2, 'boxA', 'Connected'),
    walk.sees('host', 'connections', 'VBoxHeadless'),
    walk.keys('host', 'Control+c'),
    walk.type('boxA', 'GET /', 'Welcome'),
  );
  await walk.step(
    'Where the address comes from',
    walk.click(1, 'boxA', 'Permission denied'),
    walk.type('boxA', 'sudo cat /etc/netplan/50-cloud-init.yaml', 'dhcp4: true'),
    walk.click(2, 'boxA', 'ADDRESS=10.0.2.15'),
  );
  await walk.step(
    'A door in',
    walk.predict('door', 1),
    walk.click(1, 'host'),
    walk.click(2, 'host', 'Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"'),
  );
  await walk.step(
    'Through the door, by hand',
    walk.click(1, 'host', 'vagrant@boxA:~$'),
    walk.type('host', 'exit', 'Connection to 127.0.0.1 closed'),
  );
  await walk.step(
    'What you know now',
    walk.type('host', 'docker stop nginx', /stop nginx\s+nginx/),
    walk.type('host', 'vagrant destroy'),
    eventually(lab, 'host', /\[y\/N\]/),
    walk.type('host', 'y', 'Destroying VM'),
  );
  await stop(page, computer);
});

test('lab 2 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  const before = await computer.bash(
    'iptables-save | grep -v "^#\\|^:"; cat /proc/sys/net/ipv4/ip_forward',
  );
  await open(page, lab, '02-host-only');
  await walk.step(
    'The same machine with one more card',
    walk.click(1, 'host'),
    eventually(lab, 'host', 'VM not created'),
    walk.click(2, 'host'),
    walk.click(3, 'host', 'Bringing machine'),
    eventually(lab, 'boxA', /vagrant@boxA:~\$/),
  );
  await walk.step(
    'A new card on the host',
    walk.click(1, 'host', 'vboxnet0'),
    walk.predict('whose', 1),
    walk.click(2, 'host', '192.168.50.0'),
  );
  await walk.step('Who drives this card?', walk.click(1, 'host', 'driver: veth'));
  await walk.step(
    'The other end',
    walk.click(1, 'boxA', 'Local Loopback'),
    walk.click(2, 'boxA', '192.168.50.0'),
  );
  await walk.step(
    'Pull the NAT cable',
    walk.predict('session', 2),
    walk.click(1, 'host'),
    walk.click(2, 'host'),
    () => expect(page.getByTestId('frozen-boxA')).toBeVisible({ timeout: 15_000 }),
    walk.sees('boxA', 'interfaces', /no.carrier/i),
    () => page.getByTestId('frozen-offer-boxA').click(),
    eventually(lab, 'boxA', /vagrant@boxA:~\$/),
  );
  await walk.step(
    'In by the other door',
    walk.click(1, 'host'),
    eventually(lab, 'host', 'IdentityFile'),
    walk.click(2, 'host', 'vagrant@boxA:~$'),
    walk.type('host', 'exit', 'Connection to 192.168.50.4 closed'),
  );
  await walk.step(
    'And the other way round',
    walk.click(1, 'host', /[0-9a-f]{40}/),
    walk.click(2, 'boxA', 'nginx'),
  );
  await walk.step(
    'Neighbours',
    walk.predict('mac', 1),
    walk.click(1, 'host', '192.168.50.4'),
    walk.click(2, 'boxA', '192.168.50.1'),
    walk.sees('host', 'neighbours', '192.168.50.4'),
    walk.sees('boxA', 'neighbours', '192.168.50.1'),
  );
  await walk.step(
    'A table you have never asked for',
    walk.predict('self', 2),
    walk.click(1, 'host', 'local 192.168.50.1 dev vboxnet0'),
    walk.sees('host', 'routes', '192.168.50.1'),
  );
  await walk.step('A new way out of boxA', walk.apply('boxa-default-route'));
  await walk.step(
    'May the host pass packets on?',
    // Docker has turned it on already: the check passes by itself.
    walk.predict('drop', 1),
  );
  await walk.step('Let new connections pass', async () => {
    await page.getByTestId('rule-apply-forward-new').click();
    await expect(page.getByTestId('rights-dialog')).toContainText('iptables');
    await allow(page);
    await expect(lab.rule('forward-new')).toHaveAttribute('data-life', 'on');
    await expect(lab.mapNode('host')).toContainText('forwarding on');
  });
  await walk.step('And let their answers back', walk.apply('forward-established'));
  await walk.step(
    "Borrow the host's address",
    walk.predict('lost', 1),
    walk.apply('masquerade'),
    walk.type('boxA', 'ping -c 2 192.168.178.1', '2 received'),
    walk.sees('host', 'firewall', 'MASQUERADE'),
  );
  await walk.step(
    'See the translation',
    walk.predict('seen', 2),
    walk.type('boxA', 'curl 203.0.113.80', '</html>'),
    walk.sees('host', 'connections', '192.168.50.4'),
  );
  await walk.step('The line we left out', async () => {
    const choice = page.locator('[data-testid^="prediction-"][data-testid$="-1"]').first();
    if (await choice.isVisible()) await choice.click();
  });
  await walk.step(
    'Names',
    walk.apply('boxa-dns'),
    walk.type('boxA', 'curl leftasexercise.com', '</html>'),
  );
  await walk.step('Put it all back', async () => {
    await page.getByTestId('undo-all').click();
    await expect(lab.rule('masquerade').first()).toHaveAttribute('data-life', 'off');
  });
  await lab.type('host', 'docker stop nginx');
  await lab.shows('host', /stop nginx\s+nginx/);
  await stop(page, computer);
  const after = await computer.bash(
    'iptables-save | grep -v "^#\\|^:"; cat /proc/sys/net/ipv4/ip_forward',
  );
  expect(after.stdout).toBe(before.stdout);
});

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
  await stop(page, computer);
});
