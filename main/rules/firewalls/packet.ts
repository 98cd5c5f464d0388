/** The packets a rule of a lab is there for, as far as its words say. Pure. */
import type { Operation } from '../../contract/operations.ts';
import { toSubnet } from '../../labs/ipv4.ts';
import { canonicalRule } from '../rule-canonical.ts';
import { parseRule } from '../rule-words.ts';

/** An ordinary packet of the lab's that is passed on. null: any, or not known. */
export interface Packet {
  in: string | null;
  out: string | null;
  source: string | null;
  destination: string | null;
  state: 'NEW' | 'ESTABLISHED';
}

/** How a condition of somebody's rule stands with a packet; `unknown`: it asks for something that is not known. */
export type Fit = 'yes' | 'no' | 'unknown';

type Add = Extract<Operation, { do: 'iptables-append' | 'iptables-insert' }>;

/** The rule as iptables-save prints it, of an operation that lets packets through the host; null of any other. */
export function letsThrough(operation: Operation): string | null {
  const adds = operation.do === 'iptables-append' || operation.do === 'iptables-insert';
  if (!adds || operation.table !== 'filter' || operation.chain !== 'FORWARD') return null;
  const rule = canonicalRule(operation.rule);
  return rule.endsWith('-j ACCEPT') ? rule : null;
}

/**
 * The packets an operation lets through. A rule for known connections names no interface: its packets are those of the
 * connections that the lab's other rules let begin, both ways.
 */
export function packetsOf(operation: Operation, lab: readonly Operation[]): Packet[] {
  const packet = read(operation as Add);
  if (packet.state === 'NEW') return [packet];
  const begun = lab.flatMap((other) => {
    const first = letsThrough(other) === null ? null : read(other as Add);
    return first?.state === 'NEW' ? [first] : [];
  });
  if (begun.length === 0) return [packet];
  return begun.flatMap((first): Packet[] => [
    { ...first, state: 'ESTABLISHED' },
    {
      in: first.out,
      out: first.in,
      source: first.destination,
      destination: first.source,
      state: 'ESTABLISHED',
    },
  ]);
}

function read({ rule }: Add): Packet {
  const { header, modules } = parseRule(rule);
  const value = (name: string) =>
    header.find((one) => one.name === name && !one.negated)?.value ?? null;
  const states = modules.flatMap(({ options }) =>
    options.filter(({ name }) => name === '--ctstate' || name === '--state'),
  );
  const begins = states.length === 0 || states.some((one) => one.value.includes('NEW'));
  return {
    in: value('-i'),
    out: value('-o'),
    source: value('-s'),
    destination: value('-d'),
    state: begins ? 'NEW' : 'ESTABLISHED',
  };
}

/** Whether an interface is the one a rule names; `+` or `*` at its end stands for any rest. */
export function fitsDevice(device: string | null, named: string): Fit {
  if (device === null) return 'unknown';
  const begin = /^(.*)[+*]$/.exec(named)?.[1];
  return (begin === undefined ? device === named : device.startsWith(begin)) ? 'yes' : 'no';
}

const shape = /^(\d{1,3}\.){3}\d{1,3}(\/\d{1,2})?$/;

/** Whether an address lies in a network. Of the many addresses in the world an unknown one is taken to lie outside. */
export function fitsNetwork(address: string | null, network: string): Fit {
  if (!shape.test(network)) return 'unknown';
  const named = toSubnet(network);
  if (named.prefix === 0) return 'yes';
  if (address === null) return 'no';
  const ours = toSubnet(address);
  if (ours.network >= named.network && ours.broadcast <= named.broadcast) return 'yes';
  return ours.broadcast < named.network || ours.network > named.broadcast ? 'no' : 'unknown';
}

export const negate = (fit: Fit): Fit => (fit === 'unknown' ? fit : fit === 'yes' ? 'no' : 'yes');

/** All must hold: one that does not decides, then one that is not known. */
export function all(fits: readonly Fit[]): Fit {
  if (fits.includes('no')) return 'no';
  return fits.includes('unknown') ? 'unknown' : 'yes';
}
