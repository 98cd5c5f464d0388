/** Parsers against outputs recorded from real tools (iproute2 6.15, iptables 1.8.11, conntrack 1.4.8), and against garbage. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConntrack, translationOf } from '../../../main/observe/parse-conntrack.ts';
import { parseFdb } from '../../../main/observe/parse-fdb.ts';
import { parseIptables } from '../../../main/observe/parse-iptables.ts';
import { parseLinks } from '../../../main/observe/parse-links.ts';
import { parseNeighbours } from '../../../main/observe/parse-neighbours.ts';
import { isIpv4Route, parseRoutes } from '../../../main/observe/parse-routes.ts';
import { parseSockets } from '../../../main/observe/parse-sockets.ts';
import { parsePulse } from '../../../main/observe/reader.ts';
import { splitWords } from '../../../main/observe/words.ts';

const recorded = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures/outputs', name), 'utf8');

describe('recorded outputs', () => {
  it('ip neigh', () => {
    const { rows, skipped } = parseNeighbours(recorded('ip-neigh-boxA.json'));
    expect(skipped).toBe(0);
    expect(rows.map(({ dst, lladdr, state }) => [dst, lladdr, state[0]])).toEqual([
      ['192.168.50.77', undefined, 'INCOMPLETE'],
      ['192.168.50.1', '0a:00:27:00:00:00', 'REACHABLE'],
      ['192.168.50.9', '02:00:00:00:00:09', 'PERMANENT'],
    ]);
  });

  it('ip route', () => {
    const { rows, skipped } = parseRoutes(recorded('ip-route-host.json'));
    expect(skipped).toBe(0);
    expect(rows[0]).toMatchObject({ dst: 'default', gateway: '192.168.178.1', table: 'main' });
    const local = rows.filter((route) => route.table === 'local' && isIpv4Route(route));
    expect(local).toContainEqual(
      expect.objectContaining({ type: 'local', dst: '192.168.50.1', dev: 'vboxnet0' }),
    );
  });

  it('ip addr', () => {
    const { rows, skipped } = parseLinks(recorded('ip-addr-boxA.json'));
    expect(skipped).toBe(0);
    const card = rows.find(({ ifname }) => ifname === 'enp0s3');
    expect(card).toMatchObject({ address: '08:00:27:8d:c0:4d', linkinfo: { info_kind: 'veth' } });
    expect(card?.flags).toContain('NO-CARRIER');
  });

  it('iptables-save', () => {
    const { chains, skipped } = parseIptables(recorded('iptables-save.txt'));
    expect(skipped).toBe(0);
    const forward = chains.find(({ table, name }) => table === 'filter' && name === 'FORWARD');
    expect(forward).toMatchObject({ policy: 'DROP' });
    expect(forward?.rules[2]).toMatchObject({ packets: 2, bytes: 113 });
    expect(forward?.rules.at(-1)?.words).toEqual([
      '-m',
      'comment',
      '--comment',
      'has "quote" and space',
      '-j',
      'LOG',
      '--log-prefix',
      'x y',
    ]);
    expect(chains.find(({ name }) => name === 'DOCKER-USER')?.policy).toBeNull();
  });

  it('conntrack, with what is translated', () => {
    const { rows, skipped } = parseConntrack(recorded('conntrack.txt'));
    expect(skipped).toBe(0);
    const [web, ping, igmp, plain, dns] = rows;
    expect(web).toMatchObject({ protocol: 'tcp', state: 'ESTABLISHED', assured: true });
    expect(translationOf(web!)).toEqual({ source: null, destination: '172.17.0.2' });
    expect(ping).toMatchObject({ protocol: 'icmp', state: '', original: { sport: '51' } });
    expect(translationOf(ping!)).toEqual({ source: '192.168.178.20', destination: null });
    expect(igmp).toMatchObject({ protocol: 'unknown', unreplied: true });
    expect(translationOf(plain!)).toEqual({ source: null, destination: null });
    expect(dns).toMatchObject({ protocol: 'udp', unreplied: true, original: { dport: '53' } });
  });

  it('ss', () => {
    const { rows, skipped } = parseSockets(recorded('ss-tcp-host.txt'), 'tcp');
    expect(skipped).toBe(0);
    expect(rows[0]).toMatchObject({
      state: 'LISTEN',
      local: { address: '0.0.0.0', port: '8080' },
      peer: { port: '*' },
      process: 'python3',
      pid: 54,
    });
    expect(parseSockets(recorded('ss-udp-boxA.txt'), 'udp').rows[0]).toMatchObject({
      peer: { address: '192.168.178.1', port: '53' },
    });
    const odd =
      'ESTAB 0 0 [fe80::1%eth0]:22 [::ffff:10.0.0.1]:5 users:(("a "b",pid=1,fd=2),("c",pid=3,fd=4))';
    expect(parseSockets(odd, 'tcp').rows[0]).toMatchObject({
      local: { address: 'fe80::1', port: '22' },
      peer: { address: '10.0.0.1' },
      process: 'a "b',
    });
  });

  it('bridge fdb', () => {
    const { rows, skipped } = parseFdb(recorded('bridge-fdb.json'));
    expect(skipped).toBe(0);
    expect(rows).toContainEqual(
      expect.objectContaining({
        mac: '02:42:ac:11:00:02',
        ifname: 'veth1a2b3c4',
        master: 'docker0',
      }),
    );
  });
});

describe('parsers', () => {
  const all = [
    parseNeighbours,
    parseRoutes,
    parseLinks,
    parseFdb,
    parseIptables,
    parseConntrack,
    (text: string) => parseSockets(text, 'tcp'),
    parsePulse,
    splitWords,
  ];
  const samples = [
    'ip-neigh-host.json',
    'ip-addr-host.json',
    'iptables-save.txt',
    'conntrack.txt',
    'ss-tcp-host.txt',
  ].map(recorded);
  const broken = fc
    .record({
      text: fc.constantFrom(...samples),
      at: fc.nat(400),
      cut: fc.nat(30),
      put: fc.string({ maxLength: 6 }),
    })
    .map(({ text, at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut));

  it('never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), broken), (text) => {
        for (const parse of all) parse(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('skip what they do not know, count it, and keep the rest', () => {
    const flows = parseConntrack(`what is this\n${recorded('conntrack.txt')}`);
    expect(flows).toMatchObject({ skipped: 1 });
    expect(flows.rows).toHaveLength(5);
    expect(parseNeighbours('[{"dst":1},{"dst":"10.0.0.1","dev":"x","new":{}}]')).toMatchObject({
      skipped: 1,
      rows: [{ dst: '10.0.0.1', state: [] }],
    });
    expect(parseRoutes('Device "x" does not exist.')).toEqual({ rows: [], skipped: 1 });
    expect(parseRoutes('')).toEqual({ rows: [], skipped: 0 });
  });
});
