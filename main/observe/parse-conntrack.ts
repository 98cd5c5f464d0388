/**
 * `conntrack -L -o extended`. Each flow has two tuples: the packet that began it, and the answer the kernel waits for. Where
 * the second is not the mirror image of the first, addresses are translated; conntrack(8), nf_conntrack(4).
 */
import { parseLines, type Parsed } from './parsed.ts';

export interface Tuple {
  src: string;
  dst: string;
  /** Ports, or for ICMP the id; empty where there is none. */
  sport: string;
  dport: string;
}

export interface Flow {
  protocol: string;
  /** TCP's state; empty for others. */
  state: string;
  timeout: number;
  original: Tuple;
  reply: Tuple;
  /** No answer was seen yet. */
  unreplied: boolean;
  assured: boolean;
}

export const parseConntrack = (text: string): Parsed<Flow> => parseLines(text, parseFlow);

const header = /^\s*(?:ipv4\s+\d+\s+|ipv6\s+\d+\s+)?(\S+)\s+\d+\s+(\d+)\s+(.*)$/;

function parseFlow(line: string): Flow | null {
  const found = header.exec(line);
  const rest = found?.[3] ?? '';
  const tuples = splitTuples(rest);
  if (!found || tuples.length !== 2) return null;
  const [original, reply] = tuples;
  if (!original || !reply) return null;
  const state = /^[A-Z][A-Z0-9_]*/.exec(rest)?.[0] ?? '';
  return {
    protocol: found[1] ?? '',
    timeout: Number(found[2]),
    state,
    original,
    reply,
    unreplied: rest.includes('[UNREPLIED]'),
    assured: rest.includes('[ASSURED]'),
  };
}

function splitTuples(text: string): Tuple[] {
  const tuples: Tuple[] = [];
  for (const [, key = '', value = ''] of text.matchAll(/(?:^|\s)(src|dst|sport|dport|id)=(\S+)/g)) {
    if (key === 'src') tuples.push({ src: value, dst: '', sport: '', dport: '' });
    const tuple = tuples[tuples.length - 1];
    if (!tuple) continue;
    if (key === 'id') {
      // ICMP: one number for both ways; `-o id` prints another at the very end, which is no tuple's.
      if (tuple.sport === '' && text.includes('type=')) tuple.sport = value;
    } else tuple[key as keyof Tuple] = value;
  }
  return tuples.filter(({ dst }) => dst !== '');
}

/** What is done to a flow: its source is replaced, its destination, both, or nothing. */
export function translationOf({ original, reply }: Flow): {
  source: string | null;
  destination: string | null;
} {
  return {
    source: reply.dst === original.src ? null : reply.dst,
    destination: reply.src === original.dst ? null : reply.src,
  };
}

export const flowKey = ({ protocol, original: { src, sport, dst, dport } }: Flow) =>
  `${protocol} ${src}:${sport} ${dst}:${dport}`;
