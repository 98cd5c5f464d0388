/** Both labs on the learner's own computer, by clicks and keys in the real window: a real Vagrant, real machines, a real Docker. */
import { Walker } from './pages/walker.ts';
import { allow, eventually, expect, openHere, stopHere, test } from './vagrant-fixtures.ts';

test('lab 1 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  await openHere(page, lab, '01-nat');
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
  await stopHere(page, computer);
});

test('lab 2 on this computer', async ({ lab, page, computer }) => {
  const walk = new Walker(lab, page);
  const before = await computer.bash(
    'iptables-save | grep -v "^#\\|^:"; cat /proc/sys/net/ipv4/ip_forward',
  );
  await openHere(page, lab, '02-host-only');
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
  await stopHere(page, computer);
  const after = await computer.bash(
    'iptables-save | grep -v "^#\\|^:"; cat /proc/sys/net/ipv4/ip_forward',
  );
  expect(after.stdout).toBe(before.stdout);
});
