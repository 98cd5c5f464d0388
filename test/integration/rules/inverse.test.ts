/** Applied and taken back, every operation leaves the kernel as it was found, whatever that was. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../main/contract/operations.ts';
import { kindOf, takeBack } from '../../../main/rules/operations/index.ts';
import { makeNode, stateOf, type TestNode } from './namespace.ts';

let node: TestNode;
beforeAll(async () => {
  node = await makeNode(links);
});
afterAll(() => {
  node.close();
});

const links = `
  ip link set lo up
  for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i up; ip link set peer$i up; done
  ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.1.0.1/24 dev eth1
  iptables -t nat -L > /dev/null; iptables -t mangle -L > /dev/null`;

/** Back to a known state, then the random one. */
const reset = `
  for t in filter nat mangle; do iptables -w 5 -t $t -F; done
  for i in 0 1; do ip link set eth$i up; ip -4 route flush dev eth$i; ip -4 addr flush dev eth$i; done
  ip addr add 10.0.0.1/24 dev eth0; ip addr add 10.1.0.1/24 dev eth1
  echo 0 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/ipv4/conf/all/accept_redirects
  echo 64 > /proc/sys/net/ipv4/ip_default_ttl
  rm -rf /srv/*`;

const rules = [
  '-o eth0 -j MASQUERADE',
  '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
  '-s 10.0.0.0/24 -o eth1 -j MASQUERADE',
  '-s 1.2.3.4/32 -m comment --comment "has \\"quote\\" and more" -j RETURN',
];
const before = fc.record({
  nat: fc.array(fc.constantFrom(...rules), { maxLength: 8 }),
  lines: fc.uniqueArray(
    fc.constantFrom(
      'ip route add default via 10.0.0.254',
      'ip route prepend default via 10.1.0.254',
      'ip route add default via 10.1.0.253 metric 100',
      'ip route append default via 10.0.0.253 proto static',
      'ip route add 10.9.0.0/16 via 10.0.0.9 src 10.0.0.1 mtu 1400',
      'ip route add 10.9.0.0/16 via 10.1.0.9 metric 7 onlink dev eth1',
      'ip route add blackhole 10.66.0.0/16',
      'ip route add 10.8.0.0/16 nexthop via 10.0.0.7 weight 2 nexthop via 10.1.0.7',
      'ip addr add 10.0.0.2/24 dev eth0',
      'ip addr add 10.3.0.1/16 brd + dev eth0 label eth0:a',
      'ip addr add 10.4.0.1 peer 10.4.0.2 dev eth0',
      'ip link set eth1 down',
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      'echo 1 > /proc/sys/net/ipv4/conf/eth0/forwarding',
      'echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects',
      'echo 99 > /proc/sys/net/ipv4/ip_default_ttl',
      'mkdir -p /srv/a/b; printf "old \\001\\377" > /srv/a/b/file; chmod 640 /srv/a/b/file',
      'mkdir -p /srv/a',
    ),
  ),
});

const on = { node: 'host' } as const;
const nat = { ...on, table: 'nat', chain: 'POSTROUTING' } as const;
const operations: Operation[] = [
  { do: 'sysctl', ...on, key: 'net.ipv4.ip_forward', value: '1' },
  { do: 'sysctl', ...on, key: 'net.ipv4.ip_forward', value: '0' },
  { do: 'sysctl', ...on, key: 'net.ipv4.ip_default_ttl', value: '65' },
  { do: 'iptables-append', ...nat, rule: '-o eth0 -j MASQUERADE' },
  { do: 'iptables-insert', ...nat, rule: '-o eth0 -j MASQUERADE' },
  { do: 'iptables-append', ...nat, rule: '-p tcp --dport 80 -d 10.0.0.9 -j MASQUERADE' },
  { do: 'iptables-delete', ...nat, rule: '-o eth0 -j MASQUERADE' },
  { do: 'iptables-flush', ...nat },
  { do: 'route-add', ...on, to: 'default', via: '10.0.0.200', dev: 'eth0' },
  { do: 'route-add', ...on, to: '10.9.0.0/16', via: '10.0.0.10' },
  { do: 'route-add', ...on, to: '10.7.7.7', dev: 'eth0' },
  { do: 'route-delete', ...on, to: 'default' },
  { do: 'route-delete', ...on, to: 'default', via: '10.1.0.254' },
  { do: 'route-delete', ...on, to: '10.9.0.0/16' },
  { do: 'route-delete', ...on, to: '10.0.0.0/24', dev: 'eth0' },
  { do: 'link-set', ...on, interface: 'eth0', state: 'down' },
  { do: 'link-set', ...on, interface: 'eth1', state: 'up' },
  { do: 'address-add', ...on, interface: 'eth0', address: '10.0.0.77/24' },
  { do: 'address-add', ...on, interface: 'eth0', address: '10.55.0.1/16' },
  { do: 'address-delete', ...on, interface: 'eth0', address: '10.0.0.1/24' },
  { do: 'file-write', ...on, path: '/srv/a/b/file', content: "new 100% 'text'\\\n" },
  { do: 'file-write', ...on, path: '/srv/plain', content: 'x' },
];

describe('apply, then inverse', () => {
  it.each(operations.map((operation) => [JSON.stringify(operation), operation] as const))(
    '%s',
    async (_name, operation) => {
      await fc.assert(
        fc.asyncProperty(before, async (prior) => {
          await node.sh(reset);
          for (const rule of prior.nat) {
            await node.sh(`iptables -w 5 -t nat -A POSTROUTING ${rule}`);
          }
          for (const line of prior.lines) await node.sh(`${line} 2> /dev/null || true`);
          const baseline = await stateOf(node);
          const kind = kindOf(operation);
          const found = await kind.read(operation, node.transport);
          if (kind.state(operation, found, { lastOff: null, own: new Set() }) === 'on') return;
          // It says itself that it could not be taken back, and is not made.
          if (kind.obstacle?.(operation, found)) return;
          const inverse = JSON.parse(JSON.stringify(kind.inverse(operation, found))) as ReturnType<
            typeof kind.inverse
          >;
          // Never made: taking back changes nothing.
          await takeBack(inverse, node.transport);
          expect(await stateOf(node)).toBe(baseline);
          await kind.apply(operation, found, node.transport);
          await takeBack(inverse, node.transport);
          expect(await stateOf(node)).toBe(baseline);
          // Taken back already: once more changes nothing.
          await takeBack(inverse, node.transport);
          expect(await stateOf(node)).toBe(baseline);
        }),
        { numRuns: Number(process.env.FUZZ_RUNS ?? 5) },
      );
    },
    120_000,
  );
});
