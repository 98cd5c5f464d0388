/** The routes panel: the main table, the local table, and others where there are any. */
import {
  isDockers,
  named,
  networkOf,
  numbered,
  ownerOf,
  type PanelContext,
  type PanelShape,
  type RowSeed,
  type SectionSeed,
} from './context.ts';
import { isIpv4Route, parseRoutes, type Route } from './parse-routes.ts';
import type { Raw } from './probes.ts';

export const routesShape: PanelShape = {
  kind: 'routes',
  columns: [
    { id: 'to', title: 'Destination', numeric: false },
    { id: 'via', title: 'Gateway', numeric: false },
    { id: 'dev', title: 'Interface', numeric: false },
    { id: 'metric', title: 'Metric', numeric: false },
  ],
  empty: 'This machine has no routes: it can send nothing anywhere.',
};

export function routeSections(raw: Raw, context: PanelContext): SectionSeed[] {
  const routes = parseRoutes(raw.routes ?? '').rows.filter(isIpv4Route);
  const tables = new Map<string, Route[]>([
    ['main', []],
    ['local', []],
  ]);
  for (const route of routes) {
    const table = tables.get(route.table) ?? [];
    table.push(route);
    tables.set(route.table, table);
  }
  return [...tables]
    .filter(([name, rows]) => rows.length > 0 || name === 'main')
    .map(([name, rows]) => ({
      title: name,
      about: about(name, raw.forwarding, context),
      rows: numbered(rows.map((route) => routeRow(route, context))),
    }));
}

function about(table: string, forwarding: string | undefined, context: PanelContext): string {
  if (table === 'local') {
    return 'Asked first: is the packet for this machine itself? The kernel keeps this table.';
  }
  if (table !== 'main') return `Asked only where a rule (ip rule) says so.`;
  const asked =
    'Where packets go that are not for this machine. The most exact line that fits wins.';
  const value = forwarding?.trim();
  if (value === '0' && isThereToForward(context))
    return `${asked} Packets of others are dropped: ip_forward is 0.`;
  if (value === '1') return `${asked} Packets of others are passed on: ip_forward is 1.`;
  return asked;
}

/** Others send their packets through a host or a router; at a machine they end. */
function isThereToForward({ node, lab }: PanelContext): boolean {
  const kind = lab.nodes[node]?.kind;
  return kind === 'host' || kind === 'router';
}

function routeRow(route: Route, context: PanelContext): RowSeed {
  const { dst, table, type, gateway, metric, nexthops } = route;
  const hops = nexthops.map((hop) => hop.gateway ?? hop.dev ?? '');
  const devices = nexthops.map((hop) => hop.dev ?? '');
  const dev = route.dev ?? [...new Set(devices)].join(', ');
  const special = type === 'unicast' || table === 'local' ? '' : type;
  return {
    key: [table, type, dst, metric ?? 0, gateway ?? hops.join(','), dev].join(' '),
    cells: {
      to: table === 'local' ? `${type} ${dst}` : dst,
      via: gateway ?? (hops.length > 0 ? hops.join(', ') : special || '–'),
      dev: dev === '' ? '–' : dev,
      metric: metric === undefined ? '' : String(metric),
    },
    explain: table === 'local' ? explainLocal(route, context) : explainRoute(route, context),
    note: noteOf(route, context),
  };
}

const linkIsDown = ({ flags, nexthops }: Route) =>
  flags.includes('linkdown') || nexthops.some((hop) => hop.flags.includes('linkdown'));

function noteOf(route: Route, context: PanelContext): string | null {
  if (linkIsDown(route)) return 'link down';
  if (route.dev !== undefined && isDockers(route.dev, context)) return 'docker';
  if (route.protocol === 'dhcp') return 'DHCP';
  if (route.table === 'local') return null;
  return ownerOf(route.gateway ?? '', context);
}

function explainRoute(route: Route, context: PanelContext): string {
  const { dst, type, gateway, dev = '', protocol, prefsrc, nexthops } = route;
  const what =
    dst === 'default' ? 'Everything that no other line fits' : `Traffic for ${whole(dst, context)}`;
  const down = linkIsDown(route)
    ? ` But no signal comes in on ${dev}: what takes this route is lost, until the cable is back or a better route stands before it.`
    : '';
  if (type === 'blackhole') return `${what} is thrown away without a word.`;
  if (type === 'unreachable' || type === 'prohibit') {
    return `${what} is refused, and the sender is told.`;
  }
  if (nexthops.length > 0) return `${what} is shared among ${String(nexthops.length)} ways.${down}`;
  if (gateway !== undefined) {
    const who = named(gateway, context);
    return `${what} is handed to the gateway ${who}, which is reached through ${dev}.${down}`;
  }
  const made =
    protocol === 'kernel'
      ? `: the kernel made this route when ${dev} got its address${prefsrc ? ` ${prefsrc}` : ''}`
      : '';
  return `${what} leaves through ${dev} directly, no gateway${made}.${down}`;
}

function explainLocal({ dst, type, dev = '' }: Route, context: PanelContext): string {
  if (type === 'broadcast') {
    return `${dst} means everyone on the network of ${dev} at once. The kernel added this line with the address of ${dev}.`;
  }
  if (dst.startsWith('127.')) {
    return `${dst} is this machine itself, by the loopback interface. Such packets never leave it.`;
  }
  if (type === 'local') {
    return `${dst} is an address of this machine (${context.node}). A packet to it is delivered inside and never sent out by ${dev}; the kernel added this line when ${dev} got the address.`;
  }
  return `${type} ${dst}, by ${dev}.`;
}

function whole(dst: string, context: PanelContext): string {
  const network = networkOf(dst.split('/')[0] ?? dst, context);
  return network === null || !dst.includes('/') ? dst : `${dst} (the network ${network})`;
}
