/** What becomes of a packet in a chain of nftables, as far as it can be told from what nft prints. Facts: nft(8). Pure. */
import { part, type NftChain, type NftStatement, type Ruleset } from './nft-ruleset.ts';
import { all, fitsDevice, fitsNetwork, negate, type Fit, type Packet } from './packet.ts';
import type { Verdict } from './saved-table.ts';

const mostRules = 20_000;

/** The fate of a packet in a base chain, its policy included. A rule whose condition is not known is passed over. */
export function fateInNft(ruleset: Ruleset, base: NftChain, packet: Packet): 'accept' | 'drop' {
  let left = mostRules;
  const inChain = (name: string, depth: number): Verdict | 'return' => {
    for (const { family, table, chain, expr } of ruleset.rules) {
      if (family !== base.family || table !== base.table || chain !== name) continue;
      if ((left -= 1) < 0 || depth > 16) return 'through';
      const { fit, does } = read(expr, packet);
      if (fit !== 'yes' || does === null) continue;
      if (does.verdict) return does.verdict;
      if (does.to === null) return 'return';
      const inside = inChain(does.to, depth + 1);
      if (inside === 'accept' || inside === 'drop') return inside;
      if (does.goes) return 'return';
    }
    return 'through';
  };
  const verdict = inChain(base.name, 0);
  if (verdict === 'accept' || verdict === 'drop') return verdict;
  return base.policy === 'drop' ? 'drop' : 'accept';
}

/** A verdict, or the chain that is asked next; `to` null: back to the chain before. */
interface Does {
  verdict: 'accept' | 'drop' | null;
  to: string | null;
  goes: boolean;
}

/** Statements that neither decide nor ask for anything. */
const plain = new Set(['counter', 'log', 'comment', 'mangle', 'meta', 'notrack']);

function read(expr: readonly NftStatement[], packet: Packet): { fit: Fit; does: Does | null } {
  const fits: Fit[] = [];
  for (const statement of expr) {
    const does = verdictOf(statement);
    if (does) return { fit: all(fits), does };
    const [key = ''] = Object.keys(statement);
    if (key === 'match') fits.push(match(statement['match'], packet));
    else if (!plain.has(key)) fits.push('unknown');
  }
  return { fit: all(fits), does: null };
}

function verdictOf(statement: NftStatement): Does | null {
  if ('accept' in statement) return { verdict: 'accept', to: null, goes: false };
  if ('drop' in statement || 'reject' in statement)
    return { verdict: 'drop', to: null, goes: false };
  if ('return' in statement) return { verdict: null, to: null, goes: false };
  const target = part(statement['jump'] ?? statement['goto'], 'target');
  if (typeof target !== 'string') return null;
  return { verdict: null, to: target, goes: 'goto' in statement };
}

function match(given: unknown, packet: Packet): Fit {
  const op = part(given, 'op');
  if (op !== '==' && op !== 'in' && op !== '!=') return 'unknown';
  const left = part(given, 'left');
  const fit = anyOf(part(given, 'right'), (value) => condition(left, value, packet));
  return op === '!=' ? negate(fit) : fit;
}

/** One value, or one of several. */
function anyOf(right: unknown, fits: (value: unknown) => Fit): Fit {
  const set = Array.isArray(right) ? right : part(right, 'set');
  const found = (Array.isArray(set) ? (set as unknown[]) : [right]).map(fits);
  if (found.includes('yes')) return 'yes';
  return found.includes('unknown') ? 'unknown' : 'no';
}

function condition(left: unknown, value: unknown, packet: Packet): Fit {
  const meta = part(left, 'meta', 'key');
  const ct = part(left, 'ct', 'key');
  // A named set: its elements are not printed.
  if (typeof value === 'string' && value.startsWith('@')) return 'unknown';
  if ((meta === 'iifname' || meta === 'iif') && typeof value === 'string')
    return fitsDevice(packet.in, value);
  if ((meta === 'oifname' || meta === 'oif') && typeof value === 'string')
    return fitsDevice(packet.out, value);
  if (meta === 'nfproto') return value === 'ipv4' ? 'yes' : 'no';
  if (ct === 'state') return value === packet.state.toLowerCase() ? 'yes' : 'no';
  // An ordinary connection of the lab's: nothing has redirected it.
  if (ct === 'status') return value === 'dnat' ? 'no' : 'unknown';
  const protocol = part(left, 'payload', 'protocol');
  const field = part(left, 'payload', 'field');
  if (protocol === 'ip6' || protocol === 'icmpv6') return 'no';
  if (protocol !== 'ip') return 'unknown';
  const network = typeof value === 'string' ? value : printed(value);
  if (field === 'saddr') return fitsNetwork(packet.source, network);
  return field === 'daddr' ? fitsNetwork(packet.destination, network) : 'unknown';
}

function printed(value: unknown): string {
  const addr = part(value, 'prefix', 'addr');
  const len = part(value, 'prefix', 'len');
  return typeof addr === 'string' && typeof len === 'number' ? `${addr}/${String(len)}` : '';
}
