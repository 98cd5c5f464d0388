/**
 * One form for equal rules: the one iptables-save 1.8 prints. A learner who types the same rule with its
 * words in another order has made the same rule.
 */
import { toAddress, toSubnet } from '../labs/ipv4.ts';
import { conntrackStates, icmpTypes } from './rule-options.ts';
import { parseRule, type RuleOption } from './rule-words.ts';

const headerOrder = ['-s', '-d', '-i', '-o', '-p'];

/** The rule as iptables-save prints it, without `-A chain`. Throws RuleWordsError. */
export function canonicalRule(text: string): string {
  const rule = parseRule(text);
  const header = headerOrder.flatMap((name) => rule.header.filter((o) => o.name === name));
  const words = header.flatMap(printHeader);
  for (const { name, options } of rule.modules) {
    const sorted = [...options].sort((a, b) => rank(a.name) - rank(b.name));
    words.push('-m', name, ...sorted.flatMap(printOption));
  }
  words.push('-j', rule.target, ...rule.targetOptions.flatMap(printOption));
  if (rule.target === 'REJECT' && rule.targetOptions.length === 0) {
    words.push('--reject-with', 'icmp-port-unreachable');
  }
  return words.join(' ');
}

/** Within a match, iptables-save prints the source port before the destination port. */
const rank = (name: string) => (name.startsWith('--s') ? 0 : 1);

function printHeader({ name, value, negated }: RuleOption): string[] {
  const not = negated ? ['!'] : [];
  if (name === '-p') return value === 'all' ? [] : [...not, name, value];
  if (name !== '-s' && name !== '-d') return [...not, name, value];
  const { network, prefix } = toSubnet(value);
  return prefix === 0 ? [] : [...not, name, `${toAddress(network)}/${String(prefix)}`];
}

function printOption({ name, value, negated }: RuleOption): string[] {
  const not = negated ? ['!'] : [];
  switch (name) {
    case '--ctstate':
    case '--state': {
      const given = value.split(',');
      return [...not, name, conntrackStates.filter((s) => given.includes(s)).join(',')];
    }
    case '--icmp-type':
      return [...not, name, icmpTypes[value] ?? value];
    case '--sport':
    case '--dport':
      return [...not, name, printPorts(value)];
    case '--log-level':
      return value === '4' ? [] : [...not, name, value];
    case '--log-prefix':
    case '--comment':
      return [...not, name, quoteAsSave(value)];
    default:
      return [...not, name, value];
  }
}

function printPorts(value: string): string {
  const [from = '', to] = value.split(':');
  const first = String(Number(from === '' ? 0 : from));
  if (to === undefined) return first;
  const last = String(Number(to === '' ? 65535 : to));
  return first === last ? first : `${first}:${last}`;
}

/** xtables_save_string() in libxtables: only letters, digits, `_` and `-` go without quotes. */
function quoteAsSave(value: string): string {
  return /^[A-Za-z0-9_-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
