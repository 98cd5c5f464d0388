/** Both labs from their first step to their last, wholly by what a person does. The same wherever Hoplab makes the machines. */
import { expect, type Page } from '@playwright/test';
import type { Act, Walker } from './walker.ts';

/** A step's title → what is done in it, in the steps' order. */
export type Steps = Record<string, Act[]>;

export async function walkSteps(walk: Walker, steps: Steps): Promise<void> {
  for (const [title, acts] of Object.entries(steps)) await walk.step(title, ...acts);
}

/** Lab 1: NAT networking. */
export async function walkNat(walk: Walker): Promise<void> {
  await walk.lab.open('01-nat');
  await walk.lab.shows('host', 'learner@host:~/lab1$');
  await walkSteps(walk, natSteps(walk));
}

export function natSteps(walk: Walker): Steps {
  const { lab } = walk;
  return {
    'Start the machine': [
      walk.type('host', 'cd lab1'),
      walk.click(1, 'host', 'Machine booted and ready!'),
      () => lab.shows('boxA', 'vagrant@boxA:~$'),
      walk.click(2, 'host', 'vagrant@boxA:~$'),
      walk.type('host', 'exit', 'learner@host'),
    ],
    'What cards does it have?': [
      walk.click(1, 'boxA', 'Local Loopback'),
      walk.sees('boxA', 'interfaces', 'enp0s3'),
      walk.predict('lo', 1),
    ],
    'Which way is out?': [
      walk.click(1, 'boxA', '10.0.2.2'),
      walk.sees('boxA', 'routes', '10.0.2.2'),
      walk.predict('gateway', 2),
    ],
    'Out into the world': [walk.click(1, 'boxA', 'bytes from'), walk.keys('boxA', 'Control+c')],
    'A web server on the host': [
      walk.click(1, 'host', /[0-9a-f]{40}/),
      walk.click(2, 'host', '172.17.0.2'),
    ],
    'Two hidden networks meet': [walk.predict('reach', 2), walk.click(1, 'boxA', 'nginx')],
    'Whose connection is it?': [
      walk.predict('owner', 2),
      walk.click(1, 'host', 'Proto'),
      walk.click(2, 'boxA', 'Connected'),
      // netstat cuts and the terminal wraps; the panel has the whole name.
      () => lab.shows('host', /ESTABLISHED \d+\/s/),
      walk.sees('host', 'connections', 'slirp4netns'),
      walk.keys('host', 'Control+c'),
      walk.type('boxA', 'GET /', 'Welcome'),
    ],
    'Where the address comes from': [
      walk.click(1, 'boxA', 'dhcp4: true'),
      walk.click(2, 'boxA', 'ADDRESS=10.0.2.15'),
    ],
    'A door in': [
      walk.predict('door', 1),
      walk.click(1, 'host'),
      walk.click(2, 'host', 'Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"'),
    ],
    'Through the door, by hand': [
      walk.click(1, 'host', 'vagrant@boxA:~$'),
      walk.type('host', 'exit', 'learner@host'),
    ],
    'What you know now': [
      walk.type('host', 'docker stop nginx'),
      walk.type('host', 'vagrant destroy', '[y/N]'),
      walk.type('host', 'y', 'Destroying VM'),
    ],
  };
}

/** Lab 2: host-only networking and the way out to the LAN. */
export async function walkHostOnly(walk: Walker): Promise<void> {
  await walk.lab.open('02-host-only');
  await walk.lab.shows('host', 'learner@host:~/lab2$');
  await walkSteps(walk, hostOnlySteps(walk));
}

export function hostOnlySteps(walk: Walker): Steps {
  const { lab, page } = walk;
  return {
    'The same machine with one more card': [
      walk.click(1, 'host', 'VM not created'),
      walk.click(2, 'host'),
      walk.click(3, 'host', 'Machine booted and ready!'),
      () => lab.shows('boxA', 'vagrant@boxA:~$'),
    ],
    'A new card on the host': [
      walk.click(1, 'host', 'vboxnet0'),
      walk.predict('whose', 1),
      walk.click(2, 'host', '192.168.50.0'),
    ],
    'Who drives this card?': [walk.click(1, 'host', 'driver: veth')],
    'The other end': [
      walk.click(1, 'boxA', 'Local Loopback'),
      walk.click(2, 'boxA', '192.168.50.0'),
    ],
    'Pull the NAT cable': [
      walk.predict('session', 2),
      walk.click(1, 'host'),
      walk.click(2, 'host'),
      () => expect(page.getByTestId('frozen-boxA')).toBeVisible(),
      walk.sees('boxA', 'interfaces', /no.carrier/i),
      () => page.getByTestId('frozen-offer-boxA').click(),
      () => lab.shows('boxA', 'vagrant@boxA:~$'),
    ],
    'In by the other door': [
      walk.click(1, 'host', 'IdentityFile'),
      walk.click(2, 'host', 'vagrant@boxA:~$'),
      walk.type('host', 'exit', 'learner@host'),
    ],
    'And the other way round': [
      walk.click(1, 'host', /[0-9a-f]{40}/),
      walk.click(2, 'boxA', 'nginx'),
    ],
    Neighbours: [
      walk.predict('mac', 1),
      walk.click(1, 'host', '192.168.50.4'),
      walk.click(2, 'boxA', '192.168.50.1'),
      walk.sees('host', 'neighbours', '192.168.50.4'),
      walk.sees('boxA', 'neighbours', '192.168.50.1'),
    ],
    'A table you have never asked for': [
      walk.predict('self', 2),
      walk.click(1, 'host', 'local 192.168.50.1 dev vboxnet0'),
      walk.sees('host', 'routes', '192.168.50.1'),
    ],
    'A new way out of boxA': [walk.apply('boxa-default-route')],
    'May the host pass packets on?': [
      walk.predict('drop', 1),
      walk.apply('ip-forward'),
      () => expect(lab.rule('ip-forward')).toContainText('was 0'),
      () => expect(lab.mapNode('host')).toContainText('forwarding on'),
    ],
    'Let new connections pass': [walk.apply('forward-new')],
    'And let their answers back': [
      // By hand: the card notices.
      walk.type(
        'host',
        'sudo iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
      ),
      () => expect(lab.rule('forward-established')).toHaveAttribute('data-life', 'on'),
    ],
    "Borrow the host's address": [
      walk.predict('lost', 1),
      walk.apply('masquerade'),
      walk.type('boxA', 'ping -c 2 192.168.178.1', '2 received'),
      walk.sees('host', 'firewall', 'MASQUERADE'),
    ],
    'See the translation': [
      walk.predict('seen', 2),
      walk.type('boxA', 'curl 203.0.113.80', '</html>'),
      walk.sees('host', 'connections', '192.168.50.4'),
    ],
    'The line we left out': [() => flush(walk), () => flushPrediction(page)],
    Names: [walk.apply('boxa-dns'), walk.type('boxA', 'curl leftasexercise.com', '</html>')],
    'Put it all back': [
      async () => {
        await page.getByTestId('undo-all').click();
        await expect(lab.rule('masquerade').first()).toHaveAttribute('data-life', 'off');
      },
    ],
  };
}

/** The flush is marked, asks, and is taken back in order. */
async function flush({ lab, page }: Walker): Promise<void> {
  const rules = await lab.showPanel('host', 'firewall');
  await page.getByTestId('rule-apply-flush-postrouting').click();
  await page.getByTestId('confirm-rule-apply').click();
  await expect(rules).toContainText(/172\.17\.0\.0\/16 ! -o docker0 -j MASQUERADE.*removed/);
  await expect(lab.rule('flush-postrouting')).toHaveAttribute('data-life', 'on');
  await page.getByTestId('rule-undo-flush-postrouting').click();
  await expect(lab.rule('flush-postrouting')).toHaveAttribute('data-life', 'off');
  await expect(lab.mapNode('host')).toContainText('NAT out of eno1');
}

export async function flushPrediction(page: Page): Promise<void> {
  const choice = page.locator('[data-testid^="prediction-"][data-testid$="-1"]').first();
  if (await choice.isVisible()) await choice.click();
}
