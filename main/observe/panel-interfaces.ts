/** The interfaces panel: cards, real and virtual, with addresses and counters. */
import {
  isDockers,
  type PanelContext,
  type PanelShape,
  type RowSeed,
  type SectionSeed,
} from './context.ts';
import { parseLinks, type Link } from './parse-links.ts';
import type { Raw } from './probes.ts';

export const interfacesShape: PanelShape = {
  kind: 'interfaces',
  columns: [
    { id: 'name', title: 'Interface', numeric: false },
    { id: 'state', title: 'State', numeric: false },
    { id: 'address', title: 'Address', numeric: false },
    { id: 'mac', title: 'MAC', numeric: false },
    { id: 'rx', title: 'Received', numeric: true },
    { id: 'tx', title: 'Sent', numeric: true },
  ],
  empty: 'No interfaces.',
};

export function interfaceSections(raw: Raw, context: PanelContext): SectionSeed[] {
  const { rows } = parseLinks(raw.addresses ?? '');
  return [
    {
      title: '',
      about: 'Where packets enter and leave this machine.',
      rows: rows.map((link) => interfaceRow(link, context)),
    },
  ];
}

/** As `ip` shows it: switched on or not, and whether a signal comes in. */
export function linkState({ flags, operstate }: Pick<Link, 'flags' | 'operstate'>): string {
  if (!flags.includes('UP')) return 'down';
  if (flags.includes('NO-CARRIER') || operstate === 'LOWERLAYERDOWN') return 'NO-CARRIER';
  return operstate === 'DOWN' ? 'NO-CARRIER' : 'up';
}

function interfaceRow(link: Link, context: PanelContext): RowSeed {
  const { ifname, addr_info, address, stats64 } = link;
  const addresses = addr_info
    .filter(({ family }) => family === 'inet')
    .map(({ local, prefixlen }) => `${local}/${String(prefixlen)}`);
  return {
    key: ifname,
    cells: {
      name: ifname,
      state: linkState(link),
      address: addresses.length > 0 ? addresses.join(', ') : '–',
      mac: link.link_type === 'loopback' ? '–' : (address ?? '–'),
      rx: bytes(stats64.rx.bytes),
      tx: bytes(stats64.tx.bytes),
    },
    explain: explain(link, addresses),
    note: noteOf(link, context),
  };
}

function noteOf({ ifname, master }: Link, context: PanelContext): string | null {
  if (isDockers(ifname, context) || (master !== undefined && isDockers(master, context))) {
    return 'docker';
  }
  const network = Object.entries(context.lab.networks).find(([id, { device }]) => {
    const cards = context.lab.nodes[context.node]?.interfaces ?? [];
    const isHost = context.lab.nodes[context.node]?.kind === 'host';
    return (
      (isHost && device === ifname) ||
      cards.some((card) => card.name === ifname && card.network === id)
    );
  });
  return network?.[0] ?? null;
}

function explain(link: Link, addresses: readonly string[]): string {
  const { ifname, master } = link;
  const state = {
    down: 'It is switched off.',
    'NO-CARRIER':
      'It is switched on, but no signal comes in: the cable is out, or nobody is at its other end.',
    up: 'It is up.',
  }[linkState(link)];
  const port = master === undefined ? '' : ` It is a port of the bridge ${master}.`;
  const has =
    addresses.length > 0
      ? ` Packets to ${addresses.map((one) => one.split('/')[0]).join(' and ')} are for this machine.`
      : port === ''
        ? ' It has no IPv4 address, so this machine cannot be called by it.'
        : '';
  return `${ifname} is ${kind(link)}. ${state ?? ''}${port}${has}`;
}

function kind({ link_type, linkinfo }: Link): string {
  if (link_type === 'loopback') return 'the loopback: what is sent to it comes straight back in';
  const kinds: Record<string, string> = {
    veth: 'one end of a virtual cable; the other end is in another network namespace or on a bridge',
    bridge: 'a bridge, a switch inside the kernel, with this machine plugged in',
    tun: 'a card whose cable ends in a program, not in a wire',
    vxlan: 'a tunnel that carries Ethernet frames inside UDP packets',
    macvlan: 'a second MAC on another card',
    vlan: 'a card that sees the frames of one VLAN',
    dummy: 'a card that throws away what is sent to it',
  };
  const name = linkinfo.info_kind ?? '';
  return Object.hasOwn(kinds, name) ? (kinds[name] ?? 'a card') : 'a network card';
}

/** 1 kB is 1000 bytes, as ifconfig counts. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
