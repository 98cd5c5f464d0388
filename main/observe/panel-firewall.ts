/** The firewall panel: chains with their rules, counters and policies. */
import {
  isDockers,
  numbered,
  type PanelContext,
  type PanelShape,
  type RowSeed,
  type SectionSeed,
} from './context.ts';
import { parseIptables, type FirewallChain, type FirewallRule } from './parse-iptables.ts';
import { bytes } from './panel-interfaces.ts';
import type { Raw } from './probes.ts';
import { ruleSentence } from './rule-sentence.ts';

export const firewallShape: PanelShape = {
  kind: 'firewall',
  columns: [
    { id: 'rule', title: 'Rule', numeric: false },
    { id: 'packets', title: 'Packets', numeric: true },
    { id: 'bytes', title: 'Bytes', numeric: true },
  ],
  empty: 'No rules: everything passes, nothing is translated.',
};

/** Chains worth showing when they are empty, too: the labs talk about them. */
const always = new Set(['filter FORWARD', 'nat POSTROUTING']);

export function firewallSections(raw: Raw, context: PanelContext): SectionSeed[] {
  const { chains } = parseIptables(raw.firewall ?? '');
  return chains
    .filter(
      ({ table, name, rules, policy }) =>
        rules.length > 0 || policy === 'DROP' || always.has(`${table} ${name}`),
    )
    .sort((a, b) => rank(a) - rank(b))
    .map((chain) => ({
      title: `${chain.table} · ${chain.name}`,
      about: about(chain),
      rows: numbered([...chain.rules.map((rule) => ruleRow(rule, context)), ...policyRow(chain)]),
    }));
}

/** What the labs are about first, Docker's own chains last. */
function rank({ table, name }: FirewallChain): number {
  const order = ['filter FORWARD', 'nat POSTROUTING', 'nat PREROUTING'];
  const at = order.indexOf(`${table} ${name}`);
  if (at >= 0) return at;
  return name.startsWith('DOCKER') ? 20 : 10;
}

function ruleRow(rule: FirewallRule, context: PanelContext): RowSeed {
  return {
    key: `${rule.table} ${rule.chain} ${rule.text}`,
    cells: { rule: rule.text, packets: String(rule.packets), bytes: bytes(rule.bytes) },
    explain: ruleSentence(rule.words, context),
    note: makerOf(rule, context),
  };
}

/** Who made a rule, where it can be told. */
function makerOf(rule: FirewallRule, context: PanelContext): string | null {
  if (context.ownRules.has(rule.text)) return 'this lab';
  if (rule.chain.startsWith('DOCKER')) return 'docker';
  const dockers = rule.words.some((word) => word.startsWith('DOCKER') || isDockers(word, context));
  return dockers ? 'docker' : null;
}

function policyRow({ table, name, policy, packets }: FirewallChain): RowSeed[] {
  if (policy === null) return [];
  const fate = policy === 'ACCEPT' ? 'passes' : 'is thrown away';
  return [
    {
      key: `${table} ${name} policy`,
      cells: { rule: `policy ${policy}`, packets: String(packets), bytes: '' },
      explain: `What none of the rules of ${name} decides about ${fate}: the policy of the chain is ${policy}.`,
      note: null,
    },
  ];
}

function about({ table, name, policy }: FirewallChain): string {
  const chains: Record<string, string> = {
    'filter INPUT': 'Packets for this machine itself.',
    'filter OUTPUT': 'Packets this machine sends.',
    'filter FORWARD': 'Packets this machine passes on for others.',
    'nat PREROUTING': 'Where the destination of a new connection may be replaced, as it comes in.',
    'nat POSTROUTING': 'Where the source of a new connection may be replaced, as it leaves.',
    'nat OUTPUT': 'Where the destination of this machine’s own connections may be replaced.',
  };
  const known = chains[`${table} ${name}`] ?? `A chain of the table ${table}.`;
  if (name.startsWith('DOCKER')) return 'A chain of Docker’s, asked from another chain.';
  if (policy === null) return 'A chain somebody has made, asked from another chain.';
  return known;
}
