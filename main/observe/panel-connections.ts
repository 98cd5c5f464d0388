/** The connections panel: this machine's sockets with their owners, and the flows its kernel follows. */
import {
  hypervisors,
  named,
  numbered,
  type PanelContext,
  type PanelShape,
  type RowSeed,
  type SectionSeed,
} from './context.ts';
import {
  flowKey,
  parseConntrack,
  translationOf,
  type Flow,
  type Tuple,
} from './parse-conntrack.ts';
import { parseSockets, type Socket } from './parse-sockets.ts';
import type { Raw } from './probes.ts';

export const connectionsShape: PanelShape = {
  kind: 'connections',
  columns: [
    { id: 'protocol', title: 'Protocol', numeric: false },
    { id: 'from', title: 'From', numeric: false },
    { id: 'to', title: 'To', numeric: false },
    { id: 'state', title: 'State', numeric: false },
    { id: 'who', title: 'Owner / as', numeric: false },
  ],
  empty: 'No connections, and nobody is waiting for one.',
};

export function connectionSections(raw: Raw, context: PanelContext): SectionSeed[] {
  const sockets = [
    ...parseSockets(raw.tcp ?? '', 'tcp').rows,
    ...parseSockets(raw.udp ?? '', 'udp').rows,
  ];
  const waits = ({ state }: Socket) => state === 'LISTEN' || state === 'UNCONN';
  const flows = parseConntrack(raw.conntrack ?? '').rows.filter(
    ({ original }) => !original.dst.startsWith('224.') && !original.dst.includes(':'),
  );
  const rows = [...sockets.filter((s) => !waits(s)), ...sockets.filter(waits)];
  const sections: SectionSeed[] = [
    {
      title: 'sockets',
      about: 'Ends of connections on this machine, and the process that holds each.',
      rows: numbered(rows.map((socket) => socketRow(socket, context))),
    },
    {
      title: 'tracked',
      about: 'Flows the kernel has seen pass, and the address each goes on with (conntrack).',
      rows: numbered(flows.map((flow) => flowRow(flow, context))),
    },
  ];
  return sections.filter(({ rows: some }) => some.length > 0);
}

function socketRow(socket: Socket, context: PanelContext): RowSeed {
  const { protocol, state, local, peer, process } = socket;
  const from = `${local.address}:${local.port}`;
  const to = peer.port === '*' ? '–' : `${peer.address}:${peer.port}`;
  return {
    key: `${protocol} ${from} ${to}`,
    cells: { protocol, from, to, state, who: process === '' ? '–' : process },
    explain: explainSocket(socket, from, context),
    note: hypervisors.test(process) ? 'hypervisor' : null,
  };
}

function explainSocket(socket: Socket, from: string, context: PanelContext): string {
  const { protocol, state, peer, process } = socket;
  const who = process === '' ? 'A process' : process;
  const plays = hypervisors.test(process)
    ? ` ${process} is the hypervisor’s process: it does this in the place of a machine behind its NAT.`
    : '';
  if (state === 'LISTEN') return `${who} waits for connections on ${from}.${plays}`;
  if (state === 'UNCONN')
    return `${who} takes ${protocol.toUpperCase()} packets on ${from}.${plays}`;
  const there = `${named(peer.address, context)}, port ${peer.port}`;
  if (state === 'ESTAB') return `${who} on this machine holds a connection to ${there}.${plays}`;
  if (state === 'SYN-SENT')
    return `${who} has asked ${there} for a connection, and nobody has answered yet.${plays}`;
  if (state === 'TIME-WAIT')
    return `A connection to ${there} is over. The kernel remembers it for a minute, in case a late packet comes.`;
  return `${who}: a connection to ${there} is being closed (${state}).${plays}`;
}

const end = (address: string, port: string) => (port === '' ? address : `${address}:${port}`);

function flowRow(flow: Flow, context: PanelContext): RowSeed {
  const { protocol, original, state, unreplied } = flow;
  const translated = translationOf(flow);
  const as = [
    translated.source === null ? '' : `as ${translated.source}`,
    translated.destination === null ? '' : `at ${translated.destination}`,
  ].filter((words) => words !== '');
  return {
    key: `flow ${flowKey(flow)}`,
    cells: {
      protocol,
      from: end(original.src, original.sport),
      to: end(original.dst, original.dport),
      state: unreplied ? 'no answer' : state === '' ? 'answered' : state,
      who: as.join(', ') || '–',
    },
    explain: explainFlow(flow, translated, context),
    note: as.length > 0 ? 'NAT' : null,
  };
}

function explainFlow(
  { protocol, original, unreplied }: Flow,
  translated: ReturnType<typeof translationOf>,
  context: PanelContext,
): string {
  const what = `${protocol.toUpperCase()} from ${named(original.src, context)} to ${goal(original, context)}`;
  const source = translated.source;
  const left =
    source === null
      ? ''
      : ` It left as ${named(source, context)}: this machine lent its address, and turns the answers back to ${original.src}.`;
  const sent =
    translated.destination === null
      ? ''
      : ` It was sent on to ${named(translated.destination, context)}, and the answers come back as if from ${original.dst}.`;
  const answer = unreplied ? ' No answer has come yet.' : '';
  const plain = left === '' && sent === '' ? ' No address was changed.' : '';
  return `${what}.${left}${sent}${plain}${answer}`;
}

const goal = ({ dst, dport }: Tuple, context: PanelContext) =>
  `${named(dst, context)}${dport === '' ? '' : `, port ${dport}`}`;
