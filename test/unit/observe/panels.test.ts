import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PanelKind } from '../../../main/contract/lab.ts';
import { PanelRow } from '../../../main/contract/network.ts';
import { loadLab } from '../../../main/labs/load-lab.ts';
import type { PanelContext, RowSeed } from '../../../main/observe/context.ts';
import { noticeOf, shapeOf, toSections } from '../../../main/observe/panels.ts';
import type { Raw } from '../../../main/observe/probes.ts';

const loaded = await loadLab(path.join(import.meta.dirname, '../../../labs/02-host-only'));
if (!('lab' in loaded)) throw new Error('mistakes');
const recorded = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../fixtures/outputs', name), 'utf8');
const rawOf = (node: string): Raw => ({
  neighbours: recorded(`ip-neigh-${node}.json`),
  routes: recorded(`ip-route-${node}.json`),
  addresses: recorded(`ip-addr-${node}.json`),
  firewall: recorded('iptables-save.txt'),
  conntrack: recorded('conntrack.txt'),
  tcp: `${recorded(`ss-tcp-${node}.txt`)}ESTAB 0 0 172.17.0.1:5 172.17.0.2:80 users:(("slirp4netns",pid=7,fd=9))\n`,
  udp: recorded(`ss-udp-${node}.txt`),
  fdb: recorded('bridge-fdb.json'),
  forwarding: '1\n',
});
const context = (node: string): PanelContext => ({
  node,
  lab: loaded.lab,
  macs: new Map([['08:00:27:3e:a1:17', 'enp0s8 of boxA']]),
  ownRules: new Set(['-o eno1 -j MASQUERADE']),
});
const rows = (kind: PanelKind, node = 'host') =>
  toSections(kind, rawOf(node), context(node)).flatMap((section) => section.rows);
const find = (kind: PanelKind, text: string, node = 'host'): RowSeed => {
  const row = rows(kind, node).find(({ key }) => key.includes(text));
  if (!row)
    throw new Error(
      `no row with ${text}: ${rows(kind, node)
        .map(({ key }) => key)
        .join('\n')}`,
    );
  return row;
};

describe('every panel', () => {
  const kinds: PanelKind[] = ['neighbours', 'routes', 'firewall', 'interfaces', 'connections'];
  it.each(kinds)(
    '%s has unique keys, a cell for every column, and an explanation for every row',
    (kind) => {
      for (const node of ['host', 'boxA']) {
        const ids = shapeOf(kind).columns.map(({ id }) => id);
        for (const section of toSections(kind, rawOf(node), context(node))) {
          const keys = section.rows.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          for (const row of section.rows) {
            expect(Object.keys(row.cells).sort()).toEqual([...ids].sort());
            expect(row.explain.length).toBeGreaterThan(10);
            PanelRow.parse({ ...row, change: 'none', changedAt: 0, changedCells: [] });
          }
        }
      }
    },
  );

  it.each(kinds)('%s shows nothing, and does not throw, when nothing could be read', (kind) => {
    expect(toSections(kind, {}, context('host')).flatMap((section) => section.rows)).toEqual([]);
  });
});

describe('explanations', () => {
  it('of a route without a gateway', () => {
    expect(find('routes', 'main unicast 192.168.50.0/24').explain).toBe(
      'Traffic for 192.168.50.0/24 (the network host-only) leaves through vboxnet0 directly, no gateway: the kernel made this route when vboxnet0 got its address 192.168.50.1.',
    );
  });

  it('of a default route, and of one whose cable is out', () => {
    expect(find('routes', 'default').explain).toBe(
      'Everything that no other line fits is handed to the gateway 192.168.178.1 (router), which is reached through eno1.',
    );
    const dead = find('routes', 'default 0 10.0.2.2', 'boxA');
    expect(dead.note).toBe('link down');
    expect(dead.explain).toContain('no signal comes in on enp0s3');
  });

  it('of forwarding, where a node forwards or is there to', () => {
    const said = (node: string, forwarding: string) =>
      toSections('routes', { ...rawOf('host'), forwarding: `${forwarding}\n` }, context(node))[0]
        ?.about;
    expect(said('host', '0')).toContain('Packets of others are dropped: ip_forward is 0.');
    expect(said('host', '1')).toContain('Packets of others are passed on: ip_forward is 1.');
    expect(said('router', '1')).toContain('ip_forward is 1');
    for (const end of ['boxA', 'nginx', 'internet'])
      expect(said(end, '0')).not.toContain('ip_forward');
    expect(said('boxA', '1')).toContain('ip_forward is 1');
  });

  it('of a local route', () => {
    expect(find('routes', 'local local 192.168.50.1').explain).toContain(
      'is an address of this machine (host). A packet to it is delivered inside',
    );
  });

  it('of neighbours, with the card the MAC belongs to', () => {
    expect(find('neighbours', '192.168.50.4').explain).toContain('which is enp0s8 of boxA');
    expect(find('neighbours', '192.168.50.77', 'boxA').explain).toContain('who has 192.168.50.77?');
  });

  it('of rules, in words, and who made them', () => {
    expect(find('firewall', '-s 192.168.50.0/24 -i vboxnet0').explain).toBe(
      'From 192.168.50.0/24 (the network host-only), what comes in by vboxnet0, what leaves by eno1, the first packet of a connection: let it pass.',
    );
    expect(find('firewall', '-s 172.17.0.0/16 ! -o docker0').note).toBe('docker');
    expect(find('firewall', 'POSTROUTING -o eno1').note).toBe('this lab');
    expect(find('firewall', 'FORWARD policy').explain).toContain('is thrown away');
    expect(find('firewall', '--to-destination').explain).toContain(
      'send it to 172.17.0.2:80 instead',
    );
  });

  it('of interfaces', () => {
    expect(find('interfaces', 'enp0s3', 'boxA')).toMatchObject({
      cells: { state: 'NO-CARRIER' },
      note: 'nat',
    });
    expect(find('interfaces', 'vboxnet0')).toMatchObject({ note: 'host-only' });
    expect(find('interfaces', 'docker0').explain).toContain('a bridge');
  });

  it('of connections: whose they are, and what is translated', () => {
    expect(find('connections', 'tcp 172.17.0.1:5').note).toBe('hypervisor');
    const ping = find('connections', 'flow icmp');
    expect(ping.cells.who).toBe('as 192.168.178.20');
    expect(ping.explain).toContain('It left as 192.168.178.20 (host)');
    expect(find('connections', 'flow tcp 192.168.50.4').explain).toContain(
      'It was sent on to 172.17.0.2 (nginx)',
    );
  });

  it('of a bridge that has learned', () => {
    expect(find('neighbours', 'fdb 02:42:ac:11:00:02').explain).toContain('the bridge docker0');
  });
});

describe('the firewall panel says what iptables does not show', () => {
  const table = (family: string, name: string, rules = 1) => [
    { table: { family, name, handle: 1 } },
    ...Array.from({ length: rules }, (_, at) => ({
      rule: { family, table: name, chain: 'c', handle: at + 2, expr: [] },
    })),
  ];
  const notice = (...tables: object[][]) =>
    noticeOf('firewall', { firewall: '', nft: JSON.stringify({ nftables: tables.flat() }) });

  it('the tables of Docker and firewalld by name, others as they are', () => {
    const all = notice(
      table('ip', 'docker-bridges'),
      table('inet', 'firewalld'),
      table('inet', 'constructor'),
      table('ip', 'filter'),
      table('ip6', 'docker-bridges'),
    );
    expect(all).toContain(
      'Docker’s ip docker-bridges, firewalld’s inet firewalld, inet constructor.',
    );
    expect(all).toContain('sudo nft list ruleset');
  });

  it('nothing, where iptables shows all there is', () => {
    expect(notice(table('ip', 'filter'), table('inet', 'empty', 0))).toBeNull();
    expect(noticeOf('firewall', { firewall: '' })).toBeNull();
  });
});
