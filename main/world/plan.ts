/**
 * From topology to what a world does: a pure function, so that the whole of a lab's network can be
 * read, tested and printed without starting anything.
 *
 * The lab's own network namespace is the *fabric*: a bridge for each network, and the far end of every
 * interface. Nodes see only their end, as a machine sees only its socket; pulling a cable is done in the
 * fabric. docker0 is the exception: it is a bridge in the host itself, as it is on a real one.
 */
import { createHash } from 'node:crypto';
import type { Lab } from '../contract/lab.ts';
import type { Interface, Network, NodeSpec } from '../contract/topology.ts';

export interface PlannedInterface {
  node: string;
  name: string;
  network: string;
  mac: string;
  /** address/prefix, or null: by DHCP or none. */
  cidr: string | null;
  dhcp: boolean;
  /** The far end's name in the fabric; null where the far end is a bridge in the host. */
  port: string | null;
}

export interface PlannedBridge {
  network: string;
  name: string;
}

/** The host's own interface on a host-only network: made when the first machine on it comes up. */
export interface HostDevice extends PlannedInterface {
  onDemand: boolean;
}

export const prefixOf = (subnet: string): number => Number(subnet.split('/')[1] ?? 24);

/** The n-th address of a subnet. */
export function addressIn(subnet: string, n: number): string {
  const [base = '0.0.0.0'] = subnet.split('/');
  const prefix = prefixOf(subnet);
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
  const value = ((number & mask) >>> 0) + n;
  return [24, 16, 8, 0].map((shift) => String((value >>> shift) & 255)).join('.');
}

/** A stable MAC with the vendor prefix people know: VirtualBox's for machines, Docker's for containers. */
export function macFor(
  lab: Lab,
  node: string,
  name: string,
  spec: NodeSpec,
  address?: string,
): string {
  if (spec.kind === 'container' && address) {
    return `02:42:${address
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(':')}`;
  }
  const digest = createHash('sha256').update(`${lab.id}/${node}/${name}`).digest('hex');
  const tail = [digest.slice(0, 2), digest.slice(2, 4), digest.slice(4, 6)].join(':');
  return spec.kind === 'machine' ? `08:00:27:${tail}` : `52:54:00:${tail}`;
}

/** Bridges of the fabric, one for each network that is not a bridge in the host. */
export function bridgesOf(lab: Lab): PlannedBridge[] {
  return Object.entries(lab.networks)
    .filter(([, network]) => network.mode !== 'container')
    .map(([network], index) => ({ network, name: `n${String(index)}` }));
}

/** A name for the far end of an interface that no other interface of any lab has. */
export function portName(node: string, name: string): string {
  return `p${createHash('sha256').update(`${node}/${name}`).digest('hex').slice(0, 12)}`;
}

/** What is plugged into a node, in the order of the lab file. */
export function interfacesOf(lab: Lab, node: string): PlannedInterface[] {
  const spec = lab.nodes[node];
  if (!spec) return [];
  return spec.interfaces.map((item: Interface) => {
    const network = lab.networks[item.network] as Network;
    const dhcp = network.mode === 'nat' && !item.address;
    return {
      node,
      name: item.name,
      network: item.network,
      mac: item.mac ?? macFor(lab, node, item.name, spec, item.address),
      cidr: item.address ? `${item.address}/${String(prefixOf(network.subnet))}` : null,
      dhcp,
      port: network.mode === 'container' ? null : portName(node, item.name),
    };
  });
}

export function hostOf(lab: Lab): string {
  const found = Object.entries(lab.nodes).find(([, spec]) => spec.kind === 'host');
  if (!found) throw new Error(`${lab.id} has no host`);
  return found[0];
}

/** The host's end of a host-only or container network, when the lab names one. */
export function hostDeviceOf(lab: Lab, network: string): HostDevice | null {
  const spec = lab.networks[network];
  if (!spec?.device) return null;
  const address = spec.host ?? addressIn(spec.subnet, 1);
  const host = hostOf(lab);
  return {
    node: host,
    name: spec.device,
    network,
    // The first three bytes are those of the real drivers: vboxnet and docker0.
    mac: spec.mode === 'host-only' ? '0a:00:27:00:00:00' : '02:42:7e:5f:1c:01',
    cidr: `${address}/${String(prefixOf(spec.subnet))}`,
    dhcp: false,
    port: spec.mode === 'container' ? null : portName(host, spec.device),
    onDemand: spec.mode === 'host-only',
  };
}

/** Nodes that stand when a lab is opened; machines and containers come when they are started. */
export function standingNodes(lab: Lab): string[] {
  return Object.entries(lab.nodes)
    .filter(([, spec]) => spec.kind !== 'machine' && spec.kind !== 'container')
    .map(([id]) => id);
}
