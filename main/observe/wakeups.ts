/**
 * What a line of a monitor is about. A line only wakes: what has changed is read again, since monitors leave things out
 * (an interface going down takes its IPv4 routes along without a word). Facts: rtmon in ip/ipmonitor.c, nft(8).
 */
import type { PanelKind } from '../contract/lab.ts';

const byLabel: Record<string, readonly PanelKind[]> = {
  LINK: ['interfaces', 'routes', 'neighbours'],
  ADDR: ['interfaces', 'routes'],
  ROUTE: ['routes'],
  NEIGH: ['neighbours'],
  NETCONF: ['routes'],
};

/** Panels to read again after a line of `ip -o monitor label …`; none for a line that is not known. */
export function wokenByIp(line: string): readonly PanelKind[] {
  const label = /^(?:\[[^\]]*\] ?)?\[([A-Z]+)\]/.exec(line)?.[1] ?? '';
  return Object.hasOwn(byLabel, label) ? (byLabel[label] ?? []) : [];
}

/** Panels to read again after a line of `nft monitor`. */
export function wokenByNft(line: string): readonly PanelKind[] {
  return /^\s*(add|delete|insert|replace|destroy|flush|# new generation)\b/.test(line)
    ? ['firewall']
    : [];
}

/** Panels to read again after a line of `conntrack -E`. */
export function wokenByConntrack(line: string): readonly PanelKind[] {
  return /^\s*(\[\d+\.\d+\s*\]\s*)?\[(NEW|UPDATE|DESTROY)\]/.test(line) ? ['connections'] : [];
}

/** Panels to read again after a line of `bridge monitor fdb`. */
export function wokenByBridge(line: string): readonly PanelKind[] {
  return /^(Deleted )?([0-9a-f]{2}:){5}[0-9a-f]{2} dev /.test(line) ? ['neighbours'] : [];
}
