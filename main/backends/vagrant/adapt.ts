/**
 * A lab as it is on this computer: its own LAN in place of the lab file's, the range VirtualBox allows, the interface names
 * the guest has. Text, checks and rules are written against names, so they follow. Pure.
 */
import { nth } from '../../labs/ipv4.ts';
import type { Lab } from '../../contract/lab.ts';
import type { NodeSpec } from '../../contract/topology.ts';
import type { LanUplink } from './uplinks.ts';

export interface Surroundings {
  uplink: LanUplink | null;
  user: string;
  /** ip_forward as it was found. */
  forwarding: '0' | '1';
  /** Real addresses of the lab's servers: node → address. */
  servers: Readonly<Record<string, string>>;
  /** Host-only networks that had to move: network id → subnet. */
  moved: Readonly<Record<string, string>>;
  /** Host-only networks whose interface on this computer is known: network id → its name. */
  devices: Readonly<Record<string, string>>;
  /** Interface names as the guest has them, by node and network; the lab file's until it has booted. */
  names: Readonly<Record<string, Readonly<Record<string, GuestCard>>>>;
}

export interface GuestCard {
  name: string;
  mac?: string;
  address?: string;
}

export function adaptLab(lab: Lab, around: Surroundings): Lab {
  const lans = new Set(lanOf(lab));
  const networks = Object.fromEntries(
    Object.entries(lab.networks).map(([id, network]) => {
      const moved = around.moved[id];
      const device = around.devices[id];
      if (moved !== undefined || device !== undefined) {
        const elsewhere = moved !== undefined && { subnet: moved, host: nth(moved, 1) };
        return [id, { ...network, ...elsewhere, ...(device !== undefined && { device }) }];
      }
      if (lans.has(id) && around.uplink) return [id, { ...network, subnet: around.uplink.subnet }];
      return [id, network];
    }),
  );
  const nodes = Object.fromEntries(
    Object.entries(lab.nodes).map(([id, spec]) => [id, adaptNode(lab, id, spec, lans, around)]),
  );
  return { ...lab, networks, nodes, hypervisor: 'VBoxHeadless', forwarding: around.forwarding };
}

/** Networks with real wires that the host is on. */
export const lanOf = (lab: Lab): string[] =>
  Object.values(lab.nodes)
    .filter(({ kind }) => kind === 'host')
    .flatMap(({ interfaces }) => interfaces.map(({ network }) => network))
    .filter((network) => lab.networks[network]?.mode === 'lan');

function adaptNode(
  lab: Lab,
  id: string,
  spec: NodeSpec,
  lans: ReadonlySet<string>,
  { uplink, user, moved, names, servers }: Surroundings,
): NodeSpec {
  const interfaces = spec.interfaces.map((card) => {
    const found = names[id]?.[card.network];
    if (found) return { ...card, ...found };
    const subnet = moved[card.network];
    if (subnet && card.address)
      return { ...card, address: nth(subnet, Number(card.address.split('.')[3])) };
    if (servers[id] !== undefined) return { ...card, address: servers[id] };
    if (!lans.has(card.network) || !uplink) return card;
    if (spec.kind === 'host') return { ...card, name: uplink.device, address: uplink.address };
    return spec.kind === 'router' ? { ...card, address: uplink.gateway } : card;
  });
  if (spec.kind === 'host')
    return {
      ...spec,
      interfaces,
      user,
      ...(uplink && { gateway: uplink.gateway, dns: [uplink.gateway] }),
    };
  return { ...spec, interfaces };
}
