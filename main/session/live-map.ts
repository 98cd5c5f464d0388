/** The map of a lab as it is now: read from the kernels, so that it cannot say what is not so. */
import type { Lab } from '../contract/lab.ts';
import type { LabMap, MapLink, MapNode, NodeLife } from '../contract/session.ts';
import type { Transport } from '../transports/transport.ts';
import { ipJson, type IpLink } from './checks/kernel-reads.ts';

/** What was read of one node. */
export interface NodeFacts {
  links: IpLink[];
  forwarding: boolean;
  /** Interfaces behind which MASQUERADE hides others. */
  masquerades: string[];
}

/** Nodes of which the map says whether and how they pass on packets. */
const passesOn = (kind: string): boolean => kind === 'host' || kind === 'router';

/** Reads a node; null when it cannot be read. */
export async function readFacts(transport: Transport, kind: string): Promise<NodeFacts | null> {
  try {
    const links = await ipJson<IpLink>(transport, 'addr', 'show');
    if (!passesOn(kind)) return { links, forwarding: false, masquerades: [] };
    const [forwarding, nat] = await Promise.all([
      transport.exec(['cat', '/proc/sys/net/ipv4/ip_forward']),
      transport.exec(['iptables', '-w', '5', '-t', 'nat', '-S', 'POSTROUTING']),
    ]);
    const masquerades = [...nat.stdout.matchAll(/^-A POSTROUTING .*$/gm)].flatMap(([line]) => {
      const out = /(! )?-o (\S+)/.exec(line);
      return line.endsWith('-j MASQUERADE') && out && !out[1] ? [out[2] ?? ''] : [];
    });
    return { links, forwarding: forwarding.stdout.trim() === '1', masquerades };
  } catch {
    return null;
  }
}

const ipv4 = (link: IpLink | undefined): string | null =>
  link?.addr_info?.find((info) => info.family === 'inet')?.local ?? null;

/** Pure: the lab's shape with what was read of each node. */
export function drawMap(
  lab: Lab,
  lives: ReadonlyMap<string, NodeLife>,
  facts: ReadonlyMap<string, NodeFacts | null>,
): LabMap {
  const ids = Object.keys(lab.nodes);
  const nodes = ids.map((id, index): MapNode => {
    const spec = lab.nodes[id];
    const read = facts.get(id);
    return {
      id,
      title: spec?.title ?? id,
      kind: spec?.kind ?? 'server',
      life: lives.get(id) ?? 'absent',
      column: spec?.place?.column ?? index,
      row: spec?.place?.row ?? 0,
      facts: read ? factsOf(read, spec?.kind ?? '') : [],
    };
  });
  return { nodes, links: linksOf(lab, facts) };
}

function factsOf(read: NodeFacts, kind: string): string[] {
  const addresses = read.links
    .filter((link) => link.ifname !== 'lo' && ipv4(link))
    .map((link) => `${link.ifname} ${ipv4(link) ?? ''}`);
  if (!passesOn(kind)) return addresses;
  return [
    read.forwarding ? 'forwarding on' : 'forwarding off',
    ...read.masquerades.map((name) => `NAT out of ${name}`),
    ...addresses,
  ];
}

interface End {
  node: string;
  name: string;
}

/** A wire for each network with two ends or more: all to the end that is nearest to the host. */
function linksOf(lab: Lab, facts: ReadonlyMap<string, NodeFacts | null>): MapLink[] {
  const host = Object.entries(lab.nodes).find(([, spec]) => spec.kind === 'host')?.[0] ?? '';
  return Object.entries(lab.networks).flatMap(([network, spec]) => {
    const ends: End[] = Object.entries(lab.nodes).flatMap(([node, item]) =>
      item.interfaces
        .filter((card) => card.network === network)
        .map((card) => ({ node, name: card.name })),
    );
    // Behind a NAT card stands a process of the host; on host-only and container networks, an interface of it.
    if (spec.device) ends.unshift({ node: host, name: spec.device });
    else if (spec.mode === 'nat') ends.unshift({ node: host, name: 'NAT' });
    const [centre, ...others] = ends;
    if (!centre) return [];
    return others.map((end): MapLink => ({
      id: `${network}:${end.node}:${end.name}`,
      network,
      mode: spec.mode,
      from: centre.node,
      to: end.node,
      fromLabel: centre.name,
      toLabel: end.name,
      state: stateOf([centre, end], facts),
    }));
  });
}

function stateOf(ends: End[], facts: ReadonlyMap<string, NodeFacts | null>): MapLink['state'] {
  const links = ends
    .filter((end) => end.name !== 'NAT')
    .map((end) => facts.get(end.node)?.links.find((link) => link.ifname === end.name));
  if (links.some((link) => !link)) return 'absent';
  return links.every((link) => link?.flags.includes('UP') && !link.flags.includes('NO-CARRIER'))
    ? 'up'
    : 'no-carrier';
}
