/** Checks about connections: what listens, who owns a connection, what conntrack follows. */
import type { Check } from '../../contract/checks.ts';
import { failed, passed, type CheckContext, type Outcome } from './outcome.ts';

type Of<K extends Check['check']> = Extract<Check, { check: K }>;

interface SocketRow {
  state: string;
  localPort: number;
  peer: string;
  peerPort: number;
  processes: string[];
}

/** Lines of `ss -tanpH` (ss(8)): state, queues, local, peer, users. */
export function parseSockets(text: string): SocketRow[] {
  return text.split('\n').flatMap((line) => {
    const [state = '', , , local = '', peer = '', ...users] = line.trim().split(/\s+/);
    if (!peer) return [];
    const port = (end: string): number => Number(end.slice(end.lastIndexOf(':') + 1));
    return [
      {
        state,
        localPort: port(local),
        peer: peer.slice(0, peer.lastIndexOf(':')).replace(/^\[(?:::ffff:)?(.*)\]$/, '$1'),
        peerPort: port(peer),
        processes: [...users.join(' ').matchAll(/"([^"]*)",pid=/g)].map((match) => match[1] ?? ''),
      },
    ];
  });
}

async function sockets(node: string, context: CheckContext): Promise<SocketRow[]> {
  return parseSockets((await context.transport(node).exec(['ss', '-tanpH'])).stdout);
}

export async function listens(check: Of<'listens'>, context: CheckContext): Promise<Outcome> {
  const rows = (await sockets(check.node, context)).filter((row) => row.state === 'LISTEN');
  const expected = `something listens on port ${String(check.port)}`;
  const row = rows.find((item) => item.localPort === check.port);
  if (row) return passed(check.node, expected, row.processes.join(', '));
  return failed(
    check.node,
    expected,
    `listening: ${rows.map((item) => item.localPort).join(', ') || 'nothing'}`,
    'absent',
  );
}

export async function socket(check: Of<'socket'>, context: CheckContext): Promise<Outcome> {
  const rows = (await sockets(check.node, context)).filter(
    (row) => row.peer === check.to && row.peerPort === check.port && row.state !== 'LISTEN',
  );
  const expected = `${check.process} holds a connection to ${check.to}:${String(check.port)}`;
  const mine = rows.find((row) => row.processes.includes(check.process));
  if (mine) return passed(check.node, expected);
  const owners = rows.flatMap((row) => row.processes);
  return owners.length > 0
    ? failed(check.node, expected, `it belongs to ${owners.join(', ')}`, 'other-process')
    : failed(check.node, expected, 'no such connection', 'absent');
}

interface Flow {
  protocol: string;
  source: string;
  destination: string;
  replySource: string;
  replyDestination: string;
}

/** Lines of `conntrack -L`: the original tuple, then the reply's (conntrack(8)). */
export function parseFlows(text: string): Flow[] {
  return text.split('\n').flatMap((line) => {
    const ends = [...line.matchAll(/src=(\S+) dst=(\S+)/g)];
    const [original, reply] = ends;
    if (!original || !reply) return [];
    return [
      {
        protocol: /^\s*(\w+)/.exec(line)?.[1] ?? '',
        source: original[1] ?? '',
        destination: original[2] ?? '',
        replySource: reply[1] ?? '',
        replyDestination: reply[2] ?? '',
      },
    ];
  });
}

export async function conntrack(
  check: Of<'nat'> | Of<'conntrack'>,
  context: CheckContext,
): Promise<Outcome> {
  const { stdout } = await context.transport(check.node).exec(['conntrack', '-L']);
  const flows = parseFlows(stdout);
  const inside = (address: string, wanted: string | undefined): boolean =>
    !wanted ||
    address === wanted ||
    (wanted.includes('/') && address.startsWith(wanted.split('/')[0]?.replace(/\.0$/, '.') ?? ''));
  const related = flows.filter(
    (flow) =>
      inside(flow.source, check.source) &&
      inside(flow.destination, check.destination) &&
      (!check.protocol || flow.protocol === check.protocol),
  );
  const translated = (flow: Flow): boolean =>
    flow.replyDestination !== flow.source || flow.replySource !== flow.destination;
  const expected =
    check.check === 'nat' ? 'a flow whose addresses are translated' : 'a flow the kernel follows';
  const found = related.find((flow) => check.check === 'conntrack' || translated(flow));
  if (found)
    return passed(
      check.node,
      expected,
      `${found.source} → ${found.destination}, answers to ${found.replyDestination}`,
    );
  return related.length > 0
    ? failed(check.node, expected, 'there is a flow, not translated', 'differs')
    : failed(check.node, expected, 'no such flow', 'absent');
}
