/** A whole table of the firewall, as `iptables-save` prints it, and what becomes of a packet in one of its chains. Pure. */
import { splitWords } from '../../observe/words.ts';
import { all, fitsDevice, fitsNetwork, negate, type Fit, type Packet } from './packet.ts';

/** What a chain says to a packet; `through`: nothing. */
export type Verdict = 'accept' | 'drop' | 'through';

export interface Fate {
  verdict: Verdict;
  /** The chain and rule that decided; null where a policy did, or nothing. */
  by: { chain: string; rule: string } | null;
}

interface SavedChain {
  /** null: a chain somebody made. */
  policy: string | null;
  /** Without `-A chain`, and without our own tag. */
  rules: string[];
}

export type SavedTable = ReadonlyMap<string, SavedChain>;

const head = /^:(\S+) (\S+)/;
const line = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/;

/** Chains of one table out of what iptables-save prints of it or of all. Never throws. */
export function parseTable(text: string, table: string): SavedTable {
  const chains = new Map<string, SavedChain>();
  let here = false;
  for (const one of text.split('\n')) {
    if (one.startsWith('*')) here = one === `*${table}`;
    if (!here) continue;
    const [, name, policy] = head.exec(one) ?? [];
    if (name !== undefined)
      chains.set(name, { policy: policy === '-' ? null : (policy ?? null), rules: [] });
    const [, chain = '', rule] = line.exec(one) ?? [];
    if (rule !== undefined) chains.get(chain)?.rules.push(withoutTag(rule));
  }
  return chains;
}

/** Our own tag does not make it another rule. */
const withoutTag = (rule: string) =>
  rule.replace(/(^| )-m comment --comment "hoplab:[^"]*"/, '').trimStart();

const mostRules = 20_000;
const builtIn: Record<string, Verdict> = { ACCEPT: 'accept', DROP: 'drop', REJECT: 'drop' };

/**
 * What the rules of a chain say to a packet, without the chain's policy. null for a packet that meets no condition at all:
 * then only rules without one decide. `until`: the rules behind this one (as iptables-save prints it) are not asked. A rule
 * whose condition is not known is passed over.
 */
export function walk(
  table: SavedTable,
  chain: string,
  packet: Packet | null,
  until?: string,
): Fate {
  let left = mostRules;
  const through: Fate = { verdict: 'through', by: null };
  const inChain = (name: string, depth: number): Fate | 'return' => {
    for (const rule of table.get(name)?.rules ?? []) {
      if (depth === 0 && rule === until) return through;
      if ((left -= 1) < 0 || depth > 16) return through;
      const { fit, target, goes } = read(rule, packet);
      if (fit !== 'yes' || target === null) continue;
      if (target === 'RETURN') return 'return';
      const verdict = builtIn[target];
      if (verdict) return { verdict, by: { chain: name, rule } };
      const inside = table.has(target) ? inChain(target, depth + 1) : 'return';
      if (inside !== 'return' && inside.verdict !== 'through') return inside;
      if (goes) return 'return';
    }
    return through;
  };
  const fate = inChain(chain, 0);
  return fate === 'return' ? through : fate;
}

/** What is decided in the end: the rules, or else the policy. */
export function fateIn(table: SavedTable, chain: string, packet: Packet): Fate {
  const fate = walk(table, chain, packet);
  if (fate.verdict !== 'through') return fate;
  const policy = table.get(chain)?.policy ?? 'ACCEPT';
  return { verdict: policy === 'DROP' ? 'drop' : 'accept', by: null };
}

function read(
  rule: string,
  packet: Packet | null,
): { fit: Fit; target: string | null; goes: boolean } {
  const words = splitWords(rule);
  const fits: Fit[] = [];
  let target: string | null = null;
  let goes = false;
  for (let at = 0; at < words.length;) {
    const negated = words[at] === '!';
    if (negated) at += 1;
    const option = words[at++] ?? '';
    const first = at;
    // Some options take two values, some none: the next option begins with a dash.
    while (at < words.length && !/^(-|!$)/.test(words[at] ?? '')) at += 1;
    const value = words.slice(first, at).join(' ');
    if (option === '-j' || option === '-g') {
      target = value;
      goes = option === '-g';
      break;
    }
    if (option === '-m' || option === '--comment') continue;
    const fit = packet === null ? 'no' : condition(option, value, packet);
    fits.push(packet !== null && negated ? negate(fit) : fit);
  }
  return { fit: all(fits), target, goes };
}

/** iptables(8), iptables-extensions(8). */
function condition(option: string, value: string, packet: Packet): Fit {
  switch (option) {
    case '-i':
      return fitsDevice(packet.in, value);
    case '-o':
      return fitsDevice(packet.out, value);
    case '-s':
      return fitsNetwork(packet.source, value);
    case '-d':
      return fitsNetwork(packet.destination, value);
    case '--ctstate':
    case '--state':
      return value.split(',').includes(packet.state) ? 'yes' : 'no';
    default:
      return 'unknown';
  }
}
