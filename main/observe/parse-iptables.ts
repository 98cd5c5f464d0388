/** `iptables-save -c`: every table with its chains, policies, rules and counters; iptables-save(8). */
import { splitWords } from './words.ts';

export interface FirewallRule {
  table: string;
  chain: string;
  /** As printed, without `-A chain`. */
  text: string;
  words: string[];
  packets: number;
  bytes: number;
}

export interface FirewallChain {
  table: string;
  name: string;
  /** null: a chain somebody made, which has none. */
  policy: string | null;
  packets: number;
  rules: FirewallRule[];
}

export interface Firewall {
  chains: FirewallChain[];
  skipped: number;
}

const chainLine = /^:(\S+) (\S+) \[(\d+):(\d+)\]$/;
const ruleLine = /^\[(\d+):(\d+)\] -A (\S+)(?: (.*))?$/;

/** Never throws. A rule of a chain that was not declared is skipped. */
export function parseIptables(text: string): Firewall {
  const chains: FirewallChain[] = [];
  let table = '';
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#') || line === 'COMMIT') continue;
    if (line.startsWith('*')) {
      table = line.slice(1);
      continue;
    }
    const declared = chainLine.exec(line);
    if (declared) {
      const [, name = '', policy = '-', packets] = declared;
      const made = policy === '-' ? null : policy;
      chains.push({ table, name, policy: made, packets: Number(packets), rules: [] });
      continue;
    }
    const rule = ruleLine.exec(line);
    const chain = chains.find((one) => one.table === table && one.name === rule?.[3]);
    if (!rule || !chain) {
      skipped++;
      continue;
    }
    const text_ = rule[4] ?? '';
    chain.rules.push({
      table,
      chain: chain.name,
      text: text_,
      words: splitWords(text_),
      packets: Number(rule[1]),
      bytes: Number(rule[2]),
    });
  }
  return { chains, skipped };
}
