/** `iptables-append` and `iptables-insert`: one more rule, at the end or the head of a chain. */
import { readChain, placesOf, type Chain } from '../chain.ts';
import { must } from '../exec.ts';
import type { InverseOf } from '../inverse.ts';
import { canonicalRule } from '../rule-canonical.ts';
import { ruleArgv } from '../rule-words.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

type Add = OperationOf<'iptables-append'> | OperationOf<'iptables-insert'>;

const flag = (operation: Add) => (operation.do === 'iptables-append' ? '-A' : '-I');

/** `iptables -t nat`, and nothing for the table that is meant when none is named. */
export const tableWords = (table: string) => (table === 'filter' ? '' : ` -t ${table}`);

export const iptablesAdd: OperationKind<Add, Chain> = {
  preview: (op) => [
    `sudo iptables${tableWords(op.table)} ${flag(op)} ${op.chain} ${ruleArgv(op.rule).join(' ')}`,
  ],
  argv: (op) => ['iptables', '-w', '5', '-t', op.table, flag(op), op.chain, ...ruleArgv(op.rule)],
  read: ({ table, chain }, transport) => readChain(transport, table, chain),
  state: ({ rule }, found) => (placesOf(found, canonicalRule(rule)).length > 0 ? 'on' : 'off'),
  apply: async (operation, _found, transport) => {
    await must(transport, iptablesAdd.argv(operation));
  },
  inverse: (op, found) => {
    const { node, table, chain } = op;
    const rule = canonicalRule(op.rule);
    const keep = placesOf(found, rule).length;
    const ours = op.do === 'iptables-append' ? 'after-kept' : 'first';
    return { undo: 'iptables-remove', node, table, chain, rule, keep, ours };
  },
  note: () => null,
  place: ({ node, table, chain }) => `${node} ${table} ${chain}`,
  independent: (op, other) =>
    (other.do === 'iptables-append' || other.do === 'iptables-insert') &&
    canonicalRule(op.rule) !== canonicalRule(other.rule),
};

/** Removes our rule by its place, so that an equal one of others is never the one that goes. */
export async function undoIptablesAdd(
  { table, chain, rule, keep, ours }: InverseOf<'iptables-remove'>,
  transport: Transport,
): Promise<void> {
  const places = placesOf(await readChain(transport, table, chain), rule);
  if (places.length <= keep) return;
  const place = ours === 'first' ? places[0] : places[keep];
  await must(transport, ['iptables', '-w', '5', '-t', table, '-D', chain, String(place)]);
}
