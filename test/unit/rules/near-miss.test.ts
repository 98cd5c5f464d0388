import { describe, expect, it } from 'vitest';
import { Operation } from '../../../main/contract/operations.ts';
import { nearMiss } from '../../../main/rules/near-miss.ts';

const chain = (...rules: string[]) => ({
  exists: true,
  policy: 'DROP',
  rules: rules.map((rule) => ({ rule, packets: 0, bytes: 0 })),
});
const forward = Operation.parse({
  do: 'iptables-append',
  node: 'host',
  table: 'filter',
  chain: 'FORWARD',
  rule: '-o eno1 -i vboxnet0 -s 192.168.50.0/24 -m conntrack --ctstate NEW -j ACCEPT',
});
const masquerade = Operation.parse({
  do: 'iptables-append',
  node: 'host',
  table: 'nat',
  chain: 'POSTROUTING',
  rule: '-o eno1 -j MASQUERADE',
});
const route = Operation.parse({
  do: 'route-add',
  node: 'boxA',
  to: 'default',
  via: '192.168.50.1',
  dev: 'enp0s8',
});

describe('what is there instead', () => {
  it.each([
    [
      forward,
      '-s 192.168.50.0/24 -i eno1 -o vboxnet0 -m conntrack --ctstate NEW -j ACCEPT',
      'wrong-interface',
    ],
    [
      forward,
      '-s 192.168.5.0/24 -i vboxnet0 -o eno1 -m conntrack --ctstate NEW -j ACCEPT',
      'differs',
    ],
    [forward, '-j DOCKER-USER', undefined],
    [forward, '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', undefined],
    [masquerade, '-o vboxnet0 -j MASQUERADE', 'wrong-interface'],
    [masquerade, '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE', undefined],
  ] as const)('%j, where there is %s: %s', (operation, rule, reason) => {
    expect(nearMiss(operation, chain(rule))?.reason).toBe(reason);
  });

  it('of a route: another gateway, another interface, none', () => {
    const by = (gateway: string, dev: string) => [{ dst: 'default', gateway, dev, metric: 100 }];
    expect(nearMiss(route, by('10.0.2.2', 'enp0s3'))).toEqual({
      reason: 'wrong-gateway',
      found: 'default via 10.0.2.2 dev enp0s3',
    });
    expect(nearMiss(route, by('192.168.50.1', 'enp0s3'))?.reason).toBe('wrong-interface');
    expect(nearMiss(route, [])).toBeNull();
  });

  it('of a setting: its value', () => {
    const sysctl = Operation.parse({
      do: 'sysctl',
      node: 'host',
      key: 'net.ipv4.ip_forward',
      value: '1',
    });
    expect(nearMiss(sysctl, { value: '0', along: {} })?.found).toBe('net.ipv4.ip_forward = 0');
  });
});
