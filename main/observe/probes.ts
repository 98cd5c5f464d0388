/** What is read from a node: a closed list. Ids go to the resident readers, which know what to run. */
import type { PanelKind } from '../contract/lab.ts';
import type { Argv } from '../transports/transport.ts';

export const probes = {
  neighbours: ['ip', '-s', '-d', '-j', 'neigh', 'show'],
  routes: ['ip', '-s', '-d', '-j', 'route', 'show', 'table', 'all'],
  addresses: ['ip', '-s', '-d', '-j', 'addr', 'show'],
  firewall: ['iptables-save', '-c'],
  legacy: ['iptables-legacy-save', '-c'],
  nft: ['nft', '-j', '-t', 'list', 'ruleset'],
  conntrack: ['conntrack', '-L', '-o', 'extended'],
  tcp: ['ss', '-tanpH'],
  udp: ['ss', '-uanpH'],
  fdb: ['bridge', '-j', 'fdb'],
  forwarding: ['cat', '/proc/sys/net/ipv4/ip_forward'],
} as const satisfies Record<string, Argv>;

export type ProbeId = keyof typeof probes;

/** Texts of the probes a panel needs; a probe that cannot be run has none. */
export type Raw = Partial<Record<ProbeId, string>>;

export const probesOf: Record<PanelKind, readonly ProbeId[]> = {
  neighbours: ['neighbours', 'fdb'],
  routes: ['routes', 'forwarding'],
  interfaces: ['addresses'],
  firewall: ['firewall', 'legacy', 'nft'],
  connections: ['tcp', 'udp', 'conntrack'],
};

/** Words after `ip` for the probes that one resident `ip -batch` answers. */
export const batchLines: Partial<Record<ProbeId, string>> = {
  neighbours: 'neigh show',
  routes: 'route show table all',
  addresses: 'addr show',
};

/** Asked first, without a process: a probe is run only when it holds. A table's name is there once somebody has used it. */
export const guards: Partial<Record<ProbeId, string>> = {
  // On a node of a lab nobody but iptables and the learner writes to nftables: reading all of it costs a process each time.
  nft: 'false',
  legacy: 'mapfile -t names < /proc/net/ip_tables_names && ((${#names[@]}))',
};
