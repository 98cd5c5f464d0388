/** Both labs on the learner's own computer, by clicks and keys in the real window: a real Vagrant, real machines, a real Docker. */
import { flushPrediction, hostOnlySteps, natSteps, walkSteps } from './pages/lab-walks.ts';
import { Walker } from './pages/walker.ts';
import { allow, eventually, expect, openHere, stopHere, test } from './vagrant-fixtures.ts';

test('lab 1 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  await openHere(page, lab, '01-nat');
  await walkSteps(walk, {
    ...natSteps(walk),
    'Start the machine': [
      walk.click(1, 'host', 'Importing base box'),
      eventually(lab, 'boxA', /vagrant@boxA:~\$/),
      walk.click(2, 'host'),
      eventually(lab, 'host', /vagrant@boxA:~\$/),
      walk.type('host', 'exit', /Connection to 127\.0\.0\.1 closed|logout[^]*learner@laptop/),
    ],
    'Whose connection is it?': [
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
    ],
    'Where the address comes from': [
      walk.click(1, 'boxA', 'Permission denied'),
      walk.type('boxA', 'sudo cat /etc/netplan/50-cloud-init.yaml', 'dhcp4: true'),
      walk.click(2, 'boxA', 'ADDRESS=10.0.2.15'),
    ],
    'Through the door, by hand': [
      walk.click(1, 'host', 'vagrant@boxA:~$'),
      walk.type('host', 'exit', 'Connection to 127.0.0.1 closed'),
    ],
    'What you know now': [
      walk.type('host', 'docker stop nginx', /stop nginx\s+nginx/),
      walk.type('host', 'vagrant destroy'),
      eventually(lab, 'host', /\[y\/N\]/),
      walk.type('host', 'y', 'Destroying VM'),
    ],
  });
  await stopHere(page, computer);
});

test('lab 2 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  const settings = 'iptables-save | grep -v "^#\\|^:"; cat /proc/sys/net/ipv4/ip_forward';
  const before = await computer.bash(settings);
  await openHere(page, lab, '02-host-only');
  await walkSteps(walk, {
    ...hostOnlySteps(walk),
    'The same machine with one more card': [
      walk.click(1, 'host'),
      eventually(lab, 'host', 'VM not created'),
      walk.click(2, 'host'),
      walk.click(3, 'host', 'Bringing machine'),
      eventually(lab, 'boxA', /vagrant@boxA:~\$/),
    ],
    'Pull the NAT cable': [
      walk.predict('session', 2),
      walk.click(1, 'host'),
      walk.click(2, 'host'),
      () => expect(page.getByTestId('frozen-boxA')).toBeVisible({ timeout: 15_000 }),
      walk.sees('boxA', 'interfaces', /no.carrier/i),
      () => page.getByTestId('frozen-offer-boxA').click(),
      eventually(lab, 'boxA', /vagrant@boxA:~\$/),
    ],
    'In by the other door': [
      walk.click(1, 'host'),
      eventually(lab, 'host', 'IdentityFile'),
      walk.click(2, 'host', 'vagrant@boxA:~$'),
      walk.type('host', 'exit', 'Connection to 192.168.50.4 closed'),
    ],
    // Docker has turned it on already: the check passes by itself.
    'May the host pass packets on?': [walk.predict('drop', 1)],
    'Let new connections pass': [
      async () => {
        await page.getByTestId('rule-apply-forward-new').click();
        await expect(page.getByTestId('rights-dialog')).toContainText('iptables');
        await allow(page);
        await expect(lab.rule('forward-new')).toHaveAttribute('data-life', 'on');
        await expect(lab.mapNode('host')).toContainText('forwarding on');
      },
    ],
    'And let their answers back': [walk.apply('forward-established')],
    'The line we left out': [() => flushPrediction(page)],
  });
  await lab.type('host', 'docker stop nginx');
  await lab.shows('host', /stop nginx\s+nginx/);
  await stopHere(page, computer);
  const after = await computer.bash(settings);
  expect(after.stdout).toBe(before.stdout);
});
