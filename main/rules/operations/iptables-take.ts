/** `iptables-delete` and `iptables-flush`: rules that go, and come back at their places. */
import { insertions, placesOf, readChain, restoreRules, type Chain } from '../chain.ts';
import { must } from '../exec.ts';
import type { InverseOf } from '../inverse.ts';
import { canonicalRule } from '../rule-canonical.ts';
import { ruleArgv } from '../rule-words.ts';
import type { Transport } from '../../transports/transport.ts';
import { tableWords } from './iptables-add.ts';
import type { OperationKind, OperationOf } from './operation.ts';

type Delete = OperationOf<'iptables-delete'>;
type Flush = OperationOf<'iptables-flush'>;

export const iptablesDelete: OperationKind<Delete, Chain> = {
  preview: (op) => [
    `sudo iptables${tableWords(op.table)} -D ${op.chain} ${ruleArgv(op.rule).join(' ')}`,
  ],
  argv: (op) => ['iptables', '-w', '5', '-t', op.table, '-D', op.chain, ...ruleArgv(op.rule)],
  read: ({ table, chain }, transport) => readChain(transport, table, chain),
  state: ({ rule }, found) => (placesOf(found, canonicalRule(rule)).length > 0 ? 'off' : 'on'),
  apply: async (op, found, transport) => {
    // Of equal rules every one goes: the rule is in force when none is left.
    for (let left = placesOf(found, canonicalRule(op.rule)).length; left > 0; left--) {
      await must(transport, iptablesDelete.argv(op));
    }
  },
  inverse: (op, found) => {
    const { node, table, chain } = op;
    const gone = placesOf(found, canonicalRule(op.rule)).map((place) => place - 1);
    return { undo: 'iptables-restore', node, table, chain, before: found.rules, gone };
  },
  note: () => null,
  place: ({ node, table, chain }) => `${node} ${table} ${chain}`,
};

/** Rules of a chain that no rule of this lab makes. */
const foreign = (chain: Chain | null, own: ReadonlySet<string>) =>
  (chain?.rules ?? []).filter(({ rule }) => !own.has(rule));

export const iptablesFlush: OperationKind<Flush, Chain> = {
  preview: ({ table, chain }) => [`sudo iptables${tableWords(table)} -F ${chain}`],
  argv: ({ table, chain }) => ['iptables', '-w', '5', '-t', table, '-F', chain],
  read: ({ table, chain }, transport) => readChain(transport, table, chain),
  state: (_op, found, { lastOff, own }) => {
    const theirs = foreign(lastOff, own);
    const left = found.rules.some(({ rule }) => theirs.some((other) => other.rule === rule));
    return theirs.length > 0 && !left ? 'on' : 'off';
  },
  apply: async (op, _found, transport) => {
    await must(transport, iptablesFlush.argv(op));
  },
  inverse: ({ node, table, chain }, { rules: before }) => {
    const gone = before.map((_, index) => index);
    return { undo: 'iptables-restore', node, table, chain, before, gone };
  },
  note: (_op, { rules }) =>
    rules.length === 1 ? 'removes 1 rule' : `removes ${String(rules.length)} rules`,
  place: ({ node, table, chain }) => `${node} ${table} ${chain}`,
};

/** Puts back what went and is not there already, each rule at its place, with its counters. */
export async function undoIptablesTake(
  { table, chain, before, gone }: InverseOf<'iptables-restore'>,
  transport: Transport,
): Promise<void> {
  const now = await readChain(transport, table, chain);
  await restoreRules(transport, table, chain, insertions(before, gone, now.rules));
}
