/** `ss -tanpH` and `ss -uanpH`. ss has no JSON: columns are split at runs of spaces; ss(8). */
import { parseLines, type Parsed } from './parsed.ts';

export interface Endpoint {
  address: string;
  port: string;
}

export interface Socket {
  protocol: 'tcp' | 'udp';
  state: string;
  local: Endpoint;
  peer: Endpoint;
  /** Empty when the kernel does not say, as for a closed connection. */
  process: string;
  pid: number | null;
}

export const parseSockets = (text: string, protocol: Socket['protocol']): Parsed<Socket> =>
  parseLines(text, (line) => parseSocket(line, protocol));

const columns = /^(\S+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s*(.*)$/;
/** A process may call itself anything: the name ends at the last quote before its pid. */
const user = /users:\(\("(.*?)",pid=(\d+),/;

function parseSocket(line: string, protocol: Socket['protocol']): Socket | null {
  const found = columns.exec(line.trimStart());
  const local = endpoint(found?.[4] ?? '');
  const peer = endpoint(found?.[5] ?? '');
  if (!found || !local || !peer) return null;
  const owner = user.exec(found[6] ?? '');
  const pid = owner ? Number(owner[2]) : null;
  return { protocol, state: found[1] ?? '', local, peer, process: owner?.[1] ?? '', pid };
}

/** The last colon parts address and port; IPv6 stands in brackets, and `%eth0` may follow an address. */
function endpoint(text: string): Endpoint | null {
  const colon = text.lastIndexOf(':');
  if (colon < 1) return null;
  const address = text
    .slice(0, colon)
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%[^%]*$/, '')
    .replace(/^::ffff:/, '');
  return { address, port: text.slice(colon + 1) };
}
