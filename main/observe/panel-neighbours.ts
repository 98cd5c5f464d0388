/** The neighbours panel: who is on the same wire, and at which MAC. */
import {
  numbered,
  ownerOf,
  type PanelContext,
  type PanelShape,
  type RowSeed,
  type SectionSeed,
} from './context.ts';
import { parseFdb } from './parse-fdb.ts';
import { parseNeighbours, type Neighbour } from './parse-neighbours.ts';
import type { Raw } from './probes.ts';

export const neighboursShape: PanelShape = {
  kind: 'neighbours',
  columns: [
    { id: 'address', title: 'Address', numeric: false },
    { id: 'mac', title: 'MAC', numeric: false },
    { id: 'dev', title: 'Interface', numeric: false },
    { id: 'state', title: 'State', numeric: false },
  ],
  empty: 'This machine has talked to nobody on its own networks lately. Ping somebody.',
};

export function neighbourSections(raw: Raw, context: PanelContext): SectionSeed[] {
  const { rows } = parseNeighbours(raw.neighbours ?? '');
  const shown = rows.filter(({ dst, state }) => !dst.includes(':') && !state.includes('NOARP'));
  const sections: SectionSeed[] = [
    {
      title: '',
      about: 'IP addresses on this machine’s own networks, and the MAC each answered with (ARP).',
      rows: numbered(shown.map((row) => neighbourRow(row, context))),
    },
  ];
  const learned = fdbRows(raw.fdb ?? '', context);
  if (learned.length > 0) {
    sections.push({
      title: 'bridge',
      about: 'MACs a bridge of this machine has seen, and the port each is behind.',
      rows: learned,
    });
  }
  return sections;
}

function neighbourRow(row: Neighbour, context: PanelContext): RowSeed {
  const { dst, dev, lladdr, state } = row;
  const owner = ownerOf(dst, context);
  const what = owner === null ? dst : `${dst} (${owner})`;
  return {
    key: `${dst} ${dev}`,
    cells: { address: dst, mac: lladdr ?? '–', dev, state: state.join(' ') },
    explain: explain(what, row, context),
    note: owner,
  };
}

function explain(what: string, { dev, lladdr, state }: Neighbour, context: PanelContext): string {
  const owner = context.macs.get(lladdr ?? '');
  const card = owner === undefined ? '' : `, which is ${owner}`;
  const known = `${what} is found at ${lladdr ?? 'no MAC'}${card}, by the interface ${dev}.`;
  switch (state[0]) {
    case 'REACHABLE':
      return `${known} It has answered within the last half minute.`;
    case 'STALE':
      return `${known} Nobody has confirmed it for a while. The kernel still uses it, and asks again the next time it is needed.`;
    case 'DELAY':
      return `${known} The knowledge was old when it was used; the kernel gives the other side five seconds to prove it before it asks.`;
    case 'PROBE':
      return `${known} The kernel is asking that MAC right now whether it is still there.`;
    case 'INCOMPLETE':
      return `The kernel is asking everyone on ${dev}: who has ${what}? Nobody has answered yet.`;
    case 'FAILED':
      return `The kernel asked everyone on ${dev} who has ${what}, and nobody answered. It is switched off, or not on this network.`;
    case 'PERMANENT':
      return `${known} Somebody typed this in; it is never asked about.`;
    default:
      return known;
  }
}

/** What was learned; the ports' own MACs are left out. */
function fdbRows(text: string, context: PanelContext): RowSeed[] {
  const learned = parseFdb(text).rows.filter(
    ({ state, flags, mac }) =>
      state !== 'permanent' && !flags.includes('self') && !/^(33:33|01:00:5e)/.test(mac),
  );
  return numbered(
    learned.map(({ mac, ifname, master = '' }) => {
      const owner = context.macs.get(mac);
      return {
        key: `fdb ${mac} ${ifname}`,
        cells: { address: owner ?? '', mac, dev: ifname, state: 'learned' },
        explain: `A frame from ${mac}${owner === undefined ? '' : ` (${owner})`} came in by ${ifname}, so the bridge ${master} sends frames for it there and nowhere else.`,
        note: master,
      };
    }),
  );
}
