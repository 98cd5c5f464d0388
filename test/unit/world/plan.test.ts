import { describe, expect, test } from 'vitest';
import { nodeScript } from '../../../main/world/node-boot.ts';
import { bootOf, type Surroundings } from '../../../main/world/node-plan.ts';
import {
  addressIn,
  hostDeviceOf,
  interfacesOf,
  portName,
  standingNodes,
} from '../../../main/world/plan.ts';
import { makeSshKey } from '../../../main/world/keys.ts';
import type { Lab } from '../../../main/contract/lab.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';

async function lab(name: string): Promise<Lab> {
  const result = await loadLab(new URL(`../../../labs/${name}`, import.meta.url).pathname);
  if (!('lab' in result)) throw new Error(JSON.stringify(result.mistakes));
  return result.lab;
}

const around: Surroundings = {
  daemons: {
    sshd: '/usr/sbin/sshd',
    nginx: '/usr/sbin/nginx',
    resolved: '/usr/lib/systemd/systemd-resolved',
    resolvectl: null,
    libraries: '',
  },
  ranged: true,
  siblings: [],
  userKey: makeSshKey('a'),
  hostKey: makeSshKey('b'),
  welcomePage: '',
};

describe('the plan of lab 2', () => {
  test('plugs: names, addresses, DHCP, and MACs people know', async () => {
    const cards = interfacesOf(await lab('02-host-only'), 'boxA');
    expect(cards.map(({ name, cidr, dhcp }) => ({ name, cidr, dhcp }))).toEqual([
      { name: 'enp0s3', cidr: null, dhcp: true },
      { name: 'enp0s8', cidr: '192.168.50.4/24', dhcp: false },
    ]);
    for (const card of cards) expect(card.mac).toMatch(/^08:00:27(:[0-9a-f]{2}){3}$/);
  });

  test('vboxnet0 comes with the first machine, docker0 stands', async () => {
    const two = await lab('02-host-only');
    expect(hostDeviceOf(two, 'host-only')).toMatchObject({
      name: 'vboxnet0',
      cidr: '192.168.50.1/24',
      onDemand: true,
    });
    expect(hostDeviceOf(two, 'docker')).toMatchObject({
      name: 'docker0',
      cidr: '172.17.0.1/16',
      onDemand: false,
    });
    expect(standingNodes(two)).toEqual(['host', 'router', 'internet']);
  });

  test('the host boots with Docker’s rules and without forwarding', async () => {
    const boot = bootOf(await lab('02-host-only'), 'host', around);
    expect(boot.firewall).toContain(':FORWARD DROP');
    expect(boot.firewall).toContain('-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE');
    expect(nodeScript(boot, { go: '/go', takeRoot: [] })).toContain(
      'printf %s 0 >/proc/sys/net/ipv4/ip_forward',
    );
  });
});

test('names in the fabric are as long as the kernel allows, and differ', () => {
  const names = ['a', 'b'].flatMap((node) => ['eth0', 'eth1'].map((card) => portName(node, card)));
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(15);
});

test.each([
  ['10.0.2.0/24', 15, '10.0.2.15'],
  ['172.17.0.0/16', 258, '172.17.1.2'],
  ['192.168.50.128/25', 1, '192.168.50.129'],
  ['0.0.0.0/0', 1, '0.0.0.1'],
])('%s, address %i', (subnet, n, address) => {
  expect(addressIn(subnet, n)).toBe(address);
});
