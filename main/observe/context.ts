/** What a panel knows besides what it read: whose an address, a MAC or an interface is. */
import type { Lab, PanelKind } from '../contract/lab.ts';
import { contains, nth } from '../labs/ipv4.ts';

export interface PanelContext {
  node: string;
  lab: Pick<Lab, 'networks' | 'nodes'>;
  /** MAC → "enp0s8 of boxA", from interfaces that were really read. */
  macs: ReadonlyMap<string, string>;
  /** Rules of this lab as iptables-save prints them. */
  ownRules: ReadonlySet<string>;
}

/** A row before anybody has compared it with an earlier one. */
export interface RowSeed {
  key: string;
  cells: Record<string, string>;
  explain: string;
  note: string | null;
}

export interface SectionSeed {
  title: string;
  about: string;
  rows: RowSeed[];
}

export interface PanelShape {
  kind: PanelKind;
  columns: { id: string; title: string; numeric: boolean }[];
  empty: string;
}

/** Processes that carry a machine's connections on the host. */
export const hypervisors = /^(slirp4netns|VBoxHeadless|VirtualBoxVM|VBoxSVC|qemu)/;

/** Whose address this is: "boxA", "the router", "the gateway of nat"; null when nobody's we know. */
export function ownerOf(address: string, { lab }: PanelContext): string | null {
  for (const [id, network] of Object.entries(lab.networks)) {
    if (network.mode === 'nat') {
      if (address === nth(network.subnet, 2)) return 'the gateway the hypervisor plays';
      if (address === nth(network.subnet, 3)) return 'the DNS server the hypervisor plays';
      const machine = Object.entries(lab.nodes).find(([, node]) =>
        node.interfaces.some((card) => card.network === id && card.address === undefined),
      );
      if (machine && address === nth(network.subnet, 15)) return machine[0];
    }
    if (network.device !== undefined && address === (network.host ?? nth(network.subnet, 1))) {
      return hostOf(lab);
    }
  }
  const found = Object.entries(lab.nodes).find(([, node]) =>
    node.interfaces.some((card) => card.address === address),
  );
  return found?.[0] ?? null;
}

/** `192.168.50.4 (boxA)`, or the bare address. */
export function named(address: string, context: PanelContext): string {
  const owner = ownerOf(address, context);
  return owner === null ? address : `${address} (${owner})`;
}

/** The network an address lies in. */
export function networkOf(address: string, { lab }: PanelContext): string | null {
  const found = Object.entries(lab.networks).find(([, { subnet }]) => contains(subnet, address));
  return found?.[0] ?? null;
}

/** Whether an interface or a subnet belongs to Docker: a container network's bridge, or a port on one. */
export function isDockers(word: string, { lab }: PanelContext): boolean {
  if (/^(docker\d+|br-[0-9a-f]{12}|docker_gwbridge)$/.test(word)) return true;
  return Object.values(lab.networks).some(
    ({ mode, device, subnet }) => mode === 'container' && (word === device || word === subnet),
  );
}

function hostOf(lab: PanelContext['lab']): string {
  return Object.keys(lab.nodes).find((id) => lab.nodes[id]?.kind === 'host') ?? 'the host';
}

/** Keys of rows that would be equal get a number, in their order. */
export function numbered(rows: RowSeed[]): RowSeed[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const count = (seen.get(row.key) ?? 0) + 1;
    seen.set(row.key, count);
    return count === 1 ? row : { ...row, key: `${row.key} #${String(count)}` };
  });
}
