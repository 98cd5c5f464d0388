/** Ways out of a computer, from what `ip` prints (iproute2 6.15, recorded) and /sys says: several cards, Wi-Fi, VPNs of all sorts. */
import { describe, expect, test } from 'vitest';
import {
  idOf,
  kindOf,
  uplinksOf,
  type RouteJson,
  type UplinkKind,
} from '../../../../main/backends/vagrant/uplinks.ts';

const link = (ifname: string, local: string, prefixlen = 24) => ({
  ifname,
  addr_info: [{ family: 'inet', local, prefixlen }],
});
const links = [
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
  link('eno1', '192.168.178.20'),
  link('wlp3s0', '10.0.0.7'),
  link('tun0', '10.8.0.6', 32),
  link('wg0', '10.7.0.2', 32),
  link('tun1', '10.9.0.2', 24),
];
const kinds: Record<string, UplinkKind> = {
  wlp3s0: 'wifi',
  tun0: 'vpn',
  wg0: 'vpn',
  tun1: 'vpn',
};
const wire = { dst: 'default', gateway: '192.168.178.1', dev: 'eno1', metric: 100 };
const wifi = { dst: 'default', gateway: '10.0.0.1', dev: 'wlp3s0', metric: 600 };
const near = { dst: '10.0.0.0/24', dev: 'wlp3s0', metric: 600 };
const found = (routes: RouteJson[], taken: RouteJson | null) =>
  uplinksOf({ routes, links, kinds, taken }).map(
    ({ device, kind, gateway }) => `${device} ${kind} ${gateway ?? 'no router'}`,
  );

describe('uplinks', () => {
  test('one card', () => {
    expect(uplinksOf({ routes: [wire], links, kinds, taken: wire })).toEqual([
      {
        device: 'eno1',
        kind: 'ethernet',
        address: '192.168.178.20',
        subnet: '192.168.178.0/24',
        gateway: '192.168.178.1',
      },
    ]);
  });

  test('a card and Wi-Fi: the one the kernel takes is first, whatever its order in the table', () => {
    expect(found([wifi, near, wire], wire)).toEqual([
      'eno1 ethernet 192.168.178.1',
      'wlp3s0 wifi 10.0.0.1',
    ]);
    expect(found([wire, wifi], wifi)[0]).toBe('wlp3s0 wifi 10.0.0.1');
  });

  test('OpenVPN’s two halves of a default route, to a far end that is no router of a network', () => {
    const halves = ['0.0.0.0/1', '128.0.0.0/1'].map((dst) => ({
      dst,
      gateway: '10.8.0.5',
      dev: 'tun0',
      flags: ['linkdown'],
    }));
    expect(found([...halves, wire], { dev: 'tun0', gateway: '10.8.0.5' })).toEqual([
      'tun0 vpn no router',
      'eno1 ethernet 192.168.178.1',
    ]);
  });

  test('a VPN that is a network with a router', () => {
    const half = { dst: '0.0.0.0/1', gateway: '10.9.0.1', dev: 'tun1' };
    expect(found([half, wire], half)[0]).toBe('tun1 vpn 10.9.0.1');
  });

  test('a default route without a router', () => {
    const tunnel = { dst: 'default', dev: 'tun0', scope: 'link', metric: 50 };
    expect(found([tunnel, wire], { dev: 'tun0' })).toEqual([
      'tun0 vpn no router',
      'eno1 ethernet 192.168.178.1',
    ]);
  });

  test('WireGuard keeps its default route in a table of its own', () => {
    const tunnel = { dst: 'default', dev: 'wg0', table: '51820', scope: 'link' };
    expect(found([tunnel, wire], { dev: 'wg0', table: '51820' })[0]).toBe('wg0 vpn no router');
  });

  test('a route over several routers at once', () => {
    const both = { dst: 'default', nexthops: [wire, wifi] };
    expect(found([both], wifi)).toEqual(['wlp3s0 wifi 10.0.0.1', 'eno1 ethernet 192.168.178.1']);
  });

  test('what leads nowhere is none', () => {
    const nowhere = [
      { type: 'unreachable', dst: 'default', dev: 'lo' },
      { dst: 'default', gateway: '10.1.1.1', dev: 'without-address' },
      { type: 'local', dst: '0.0.0.0/1', dev: 'eno1', table: 'local' },
      near,
    ];
    expect(found(nowhere, null)).toEqual([]);
  });

  test('of several addresses the one that is on the router’s network', () => {
    const two = {
      ifname: 'eno1',
      addr_info: [
        { family: 'inet', local: '172.16.0.5', prefixlen: 24 },
        { family: 'inet', local: '192.168.178.20', prefixlen: 24 },
      ],
    };
    const [first] = uplinksOf({ routes: [wire], links: [two], kinds, taken: wire });
    expect(first?.address).toBe('192.168.178.20');
    expect(first && idOf(first)).toBe('eno1 192.168.178.1');
  });

  test.each([
    ['a card', { devtype: '', type: 1, isTun: false, isWireless: false }, 'ethernet'],
    ['a bridge', { devtype: 'bridge', type: 1, isTun: false, isWireless: false }, 'ethernet'],
    ['Wi-Fi', { devtype: 'wlan', type: 1, isTun: false, isWireless: true }, 'wifi'],
    ['a modem', { devtype: 'wwan', type: 65534, isTun: false, isWireless: false }, 'mobile'],
    ['tun', { devtype: '', type: 65534, isTun: true, isWireless: false }, 'vpn'],
    ['tap', { devtype: '', type: 1, isTun: true, isWireless: false }, 'vpn'],
    ['WireGuard', { devtype: 'wireguard', type: 65534, isTun: false, isWireless: false }, 'vpn'],
    ['PPP', { devtype: 'ppp', type: 512, isTun: false, isWireless: false }, 'ppp'],
  ])('%s', (_, signs, kind) => {
    expect(kindOf(signs)).toBe(kind);
  });
});
