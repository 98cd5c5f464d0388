/**
 * The names a lab's text may use in `{{…}}` and what they stand for. Text is written against names
 * because interface names and addresses differ from one back end, and one machine, to another.
 */
import { Check } from '../contract/checks.ts';
import type { Lab, LabFile, Step } from '../contract/lab.ts';
import { Operation } from '../contract/operations.ts';
import { contains, nth } from './ipv4.ts';

/** What the running lab knows better than its file: real names, leases, MACs. */
export interface LiveInterface {
  node: string;
  network: string;
  ifname?: string;
  address?: string;
  mac?: string;
}

/** What speaks for a machine behind NAT, on the host, where no VirtualBox does. */
const sandboxHypervisor = 'slirp4netns';

export type Values = Readonly<Record<string, string>>;

/** Where hypervisors put things on a NAT network: gateway .2, DNS .3, first machine .15 (VirtualBox and slirp alike). */
const natPlaces = { gateway: 2, dns: 3, firstMachine: 15 } as const;

/** Template names → values, from the topology and, where given, from what is really there. */
export function valuesOf(
  lab: Pick<LabFile, 'networks' | 'nodes'> & Pick<Partial<Lab>, 'hypervisor' | 'forwarding'>,
  live: readonly LiveInterface[] = [],
): Values {
  const values = new Map<string, string>();
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined) values.set(name, value);
  };
  put('hypervisor.process', lab.hypervisor ?? sandboxHypervisor);
  for (const [id, network] of Object.entries(lab.networks)) {
    put(`${id}.subnet`, network.subnet);
    put(`${id}.network`, nth(network.subnet, 0));
    if (network.mode === 'nat') {
      put(`${id}.gateway`, nth(network.subnet, natPlaces.gateway));
      put(`${id}.dns`, nth(network.subnet, natPlaces.dns));
    }
    if (network.device !== undefined) {
      put(`${id}.device`, network.device);
      put(`${id}.host`, network.host ?? nth(network.subnet, 1));
    }
  }
  for (const [id, node] of Object.entries(lab.nodes)) {
    if (node.kind === 'host') put(`${id}.forwarding`, lab.forwarding ?? '0');
    for (const { name, network, address, mac } of node.interfaces) {
      const mode = lab.networks[network]?.mode;
      const subnet = lab.networks[network]?.subnet;
      const lease = mode === 'nat' && subnet ? nth(subnet, natPlaces.firstMachine) : undefined;
      put(`${id}.${network}.ifname`, name);
      put(`${id}.${network}.address`, address ?? lease);
      put(`${id}.${network}.mac`, mac);
      if (node.kind !== 'host') continue;
      put(`${network}.device`, name);
      put(`${network}.host`, address);
      if (node.gateway !== undefined && subnet !== undefined && contains(subnet, node.gateway)) {
        put(`${network}.gateway`, node.gateway);
      }
    }
  }
  for (const found of live) {
    const name = `${found.node}.${found.network}`;
    put(`${name}.ifname`, found.ifname);
    put(`${name}.address`, found.address);
    put(`${name}.mac`, found.mac);
    if (lab.nodes[found.node]?.kind === 'host') {
      put(`${found.network}.device`, found.ifname);
      put(`${found.network}.host`, found.address);
    }
  }
  return Object.fromEntries(values);
}

const hole = /\{\{([^{}]*)\}\}/g;

/** Every `{{…}}` of a text: its name and where it starts. */
export function holesOf(text: string): { name: string; index: number }[] {
  return [...text.matchAll(hole)].map((m) => ({ name: (m[1] ?? '').trim(), index: m.index }));
}

/** Text with its templates filled. A name nobody knows stays as it is, so that it can be seen. */
export function fill(text: string, values: Values): string {
  return text.replace(hole, (whole, name: string) =>
    Object.hasOwn(values, name.trim()) ? (values[name.trim()] ?? whole) : whole,
  );
}

/** Fills every string of plain data. */
export function fillDeep(data: unknown, values: Values): unknown {
  if (typeof data === 'string') return fill(data, values);
  if (Array.isArray(data)) return data.map((item) => fillDeep(item, values));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([k, v]) => [k, fillDeep(v, values)]));
}

/**
 * The operation with its templates filled, parsed again: a value that came from a running machine is as
 * hostile as a lab file. Throws ZodError, or Error when a template stays unfilled.
 */
export function fillOperation(operation: Operation, values: Values): Operation {
  return Operation.parse(filled(operation, values));
}

/** The check with its templates filled, parsed again. Throws as `fillOperation` does. */
export function fillCheck(check: Check, values: Values): Check {
  return Check.parse(filled(check, values));
}

function filled(data: unknown, values: Values): unknown {
  const result = fillDeep(data, values);
  const left = holesOf(JSON.stringify(result))[0];
  if (left) throw new Error(`nobody knows what {{${left.name}}} is`);
  return result;
}

/** A step with every template of its texts, checks, hints and solution filled; throws as `fillCheck` does. */
export function fillStep(step: Step, values: Values): Step {
  const checks = step.checks.map((check) => fillCheck(check, values));
  return { ...(fillDeep(step, values) as Step), checks };
}
