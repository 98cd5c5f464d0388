/** Does the topology of lab.yaml make sense? Schemas say what is well formed; this says what fits together. */
import type { LabFile } from '../contract/lab.ts';
import { canonicalCidr, contains, isReserved, nth } from './ipv4.ts';
import type { Report } from './mistakes.ts';

type Topology = Pick<LabFile, 'networks' | 'nodes'>;

export function checkTopology(lab: Topology, report: Report): void {
  checkNetworks(lab, report);
  checkHost(lab, report);
  for (const id of Object.keys(lab.nodes)) {
    checkInterfaces(lab, id, report);
    checkReach(lab, id, report);
    checkExtras(lab, id, report);
  }
  checkUnique(lab, report);
}

function checkNetworks({ networks }: Topology, report: Report): void {
  const devices = new Map<string, string>();
  for (const [id, network] of Object.entries(networks)) {
    const at = ['networks', id];
    const subnet = canonicalCidr(network.subnet);
    if (subnet !== network.subnet) {
      report([...at, 'subnet'], `${network.subnet} is an address, its network is ${subnet}`);
    }
    const wanted = network.mode === 'host-only' || network.mode === 'container';
    if (wanted && network.device === undefined) {
      report(at, `a ${network.mode} network needs \`device\`, the host's interface on it`, 'key');
    }
    if (!wanted && network.device !== undefined) {
      report([...at, 'device'], `a ${network.mode} network has no device of the host`, 'key');
    }
    if (network.host !== undefined) {
      checkAddress(network.subnet, id, network.host, [...at, 'host'], report);
    }
    if (network.device !== undefined) {
      const other = devices.get(network.device);
      if (other !== undefined) {
        report([...at, 'device'], `network ${other} has the device ${network.device} already`);
      }
      devices.set(network.device, id);
    }
  }
}

function checkHost({ nodes }: Topology, report: Report): void {
  const hosts = Object.keys(nodes).filter((id) => nodes[id]?.kind === 'host');
  if (hosts.length === 0) report(['nodes'], 'a lab needs one node of kind host', 'key');
  for (const id of hosts.slice(1)) {
    report(['nodes', id], `a lab has one host, and ${String(hosts[0])} is it`, 'key');
  }
}

function checkInterfaces(lab: Topology, id: string, report: Report): void {
  const node = lab.nodes[id];
  if (!node) return;
  const names = new Set(['lo']);
  if (node.kind === 'host') {
    for (const { device } of Object.values(lab.networks)) if (device) names.add(device);
  }
  for (const [index, { name, network, address }] of node.interfaces.entries()) {
    const at = ['nodes', id, 'interfaces', index];
    if (names.has(name)) report([...at, 'name'], `${id} has an interface ${name} already`);
    names.add(name);
    if (!Object.hasOwn(lab.networks, network)) {
      report([...at, 'network'], `there is no network ${network}`);
    } else if (address !== undefined) {
      checkAddress(
        lab.networks[network]?.subnet ?? '',
        network,
        address,
        [...at, 'address'],
        report,
      );
    }
  }
}

function checkAddress(
  subnet: string,
  network: string,
  address: string,
  at: (string | number)[],
  report: Report,
): void {
  if (!contains(subnet, address)) {
    report(at, `${address} is not in ${network}'s subnet ${subnet}`);
  } else if (isReserved(subnet, address)) {
    report(at, `${address} is the network or broadcast address of ${subnet}`);
  }
}

/** The subnets a node's interfaces are on, the host's devices among them. */
function attached(lab: Topology, id: string): string[] {
  const node = lab.nodes[id];
  const own = (node?.interfaces ?? []).map(({ network }) => lab.networks[network]?.subnet);
  const devices = Object.values(lab.networks).filter(({ device }) => device !== undefined);
  const more = node?.kind === 'host' ? devices.map(({ subnet }) => subnet) : [];
  return [...own, ...more].filter((subnet) => subnet !== undefined);
}

function checkReach(lab: Topology, id: string, report: Report): void {
  const node = lab.nodes[id];
  if (!node) return;
  const subnets = attached(lab, id);
  const near = (address: string) => subnets.some((subnet) => contains(subnet, address));
  if (node.gateway !== undefined && !near(node.gateway)) {
    report(
      ['nodes', id, 'gateway'],
      `${id} has no interface on a network that holds its gateway ${node.gateway}`,
    );
  }
  const byDhcp = node.interfaces.some(
    ({ network, address }) => lab.networks[network]?.mode === 'nat' && address === undefined,
  );
  if (node.gateway !== undefined || byDhcp) return;
  for (const [index, address] of node.dns.entries()) {
    if (!near(address)) {
      report(['nodes', id, 'dns', index], `${id} has no route to its DNS server ${address}`);
    }
  }
}

function checkExtras(lab: Topology, id: string, report: Report): void {
  const node = lab.nodes[id];
  if (!node) return;
  if (node.kind === 'router' && node.masquerade !== undefined) {
    if (!node.interfaces.some(({ name }) => name === node.masquerade)) {
      report(['nodes', id, 'masquerade'], `${id} has no interface ${node.masquerade}`);
    }
  }
  const paths = new Set<string>();
  for (const [index, file] of node.files.entries()) {
    const at = ['nodes', id, 'files', index];
    if ((file.from === undefined) === (file.content === undefined)) {
      report(at, 'a placed file has either `from` or `content`');
    }
    if (paths.has(file.path)) report([...at, 'path'], `${file.path} is placed twice`);
    paths.add(file.path);
  }
  if (node.kind !== 'machine') return;
  for (const [index, { hostPort }] of node.forwards.entries()) {
    const at = ['nodes', id, 'forwards', index, 'hostPort'];
    if (node.forwards.slice(0, index).some((other) => other.hostPort === hostPort)) {
      report(at, `port ${String(hostPort)} of the host is forwarded twice`);
    }
  }
}

/** Two machines with one address, or one MAC, on a network: nothing works and nothing says why. */
function checkUnique(lab: Topology, report: Report): void {
  const owner = new Map<string, string>();
  const claim = (network: string, value: string, who: string): string | null => {
    const key = `${network} ${value}`;
    const other = owner.get(key);
    if (other === undefined) owner.set(key, who);
    return other ?? null;
  };
  for (const [id, { mode, subnet, device, host }] of Object.entries(lab.networks)) {
    if (device !== undefined) claim(id, host ?? nth(subnet, 1), 'the host');
    if (mode !== 'nat') continue;
    claim(id, nth(subnet, 2), "the network's gateway");
    claim(id, nth(subnet, 3), "the network's DNS server");
  }
  for (const [id, node] of Object.entries(lab.nodes)) {
    for (const [index, { network, address, mac }] of node.interfaces.entries()) {
      const at = ['nodes', id, 'interfaces', index];
      for (const [key, value] of Object.entries({ address, mac })) {
        if (value === undefined) continue;
        const other = claim(network, value, id);
        if (other !== null) report([...at, key], `${other} has ${value} on ${network} already`);
      }
    }
  }
}
