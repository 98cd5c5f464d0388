/** One chain of the firewall, as a list: reading it, and putting rules back at their places. */
import type { Transport } from '../transports/transport.ts';
import { must } from './exec.ts';
import type { SavedRule } from './inverse.ts';

export type Table = 'filter' | 'nat' | 'mangle';

export interface Chain {
  exists: boolean;
  policy: string;
  rules: SavedRule[];
}

const line = /^\[(\d+):(\d+)\] -A (\S+) ?(.*)$/;
const head = /^:(\S+) (\S+) /;

/** Picks a chain out of what `iptables-save -c -t table` prints. */
export function parseChain(text: string, chain: string): Chain {
  const found: Chain = { exists: false, policy: '-', rules: [] };
  for (const text_ of text.split('\n')) {
    const declared = head.exec(text_);
    if (declared?.[1] === chain) Object.assign(found, { exists: true, policy: declared[2] });
    const rule = line.exec(text_);
    if (rule?.[3] !== chain) continue;
    // Our own tag (on the learner's own computer) does not make it another rule.
    const words = (rule[4] ?? '')
      .replace(/(^| )-m comment --comment "hoplab:[^"]*"/, '')
      .trimStart();
    found.rules.push({ rule: words, packets: Number(rule[1]), bytes: Number(rule[2]) });
  }
  return found;
}

/** Rejects with LabFailure when iptables-save fails. A table nobody has used yet is empty. */
export async function readChain(transport: Transport, table: Table, chain: string): Promise<Chain> {
  return parseChain(await must(transport, ['iptables-save', '-c', '-t', table]), chain);
}

/** Places (from 1) of the rules equal to this one, which is as iptables-save prints it. */
export function placesOf(chain: Chain, rule: string): number[] {
  return chain.rules.flatMap((other, index) => (other.rule === rule ? [index + 1] : []));
}

/**
 * Where the rules that went must be inserted, so that each stands behind the nearest of its old
 * predecessors that is still there. Rules that are back already are left alone. Places count from 1
 * and hold when the insertions are made in order.
 */
export function insertions(
  before: readonly SavedRule[],
  gone: readonly number[],
  now: readonly SavedRule[],
): { place: number; rule: SavedRule }[] {
  const count = (rules: readonly SavedRule[], rule: string) =>
    rules.filter((other) => other.rule === rule).length;
  const missing = new Map<string, number>();
  for (const { rule } of before) missing.set(rule, count(before, rule) - count(now, rule));
  const list = now.map(({ rule }) => rule);
  const result: { place: number; rule: SavedRule }[] = [];
  let at = 0;
  for (const [index, saved] of before.entries()) {
    const left = missing.get(saved.rule) ?? 0;
    if (gone.includes(index) && left > 0) {
      result.push({ place: at + 1, rule: saved });
      list.splice(at, 0, saved.rule);
      missing.set(saved.rule, left - 1);
      at += 1;
      continue;
    }
    const next = list.indexOf(saved.rule, at);
    if (next >= 0) at = next + 1;
  }
  return result;
}

/** Puts rules back with their counters, all at once or none (iptables-restore is one transaction). */
export async function restoreRules(
  transport: Transport,
  table: Table,
  chain: string,
  rules: readonly { place: number; rule: SavedRule }[],
): Promise<void> {
  if (rules.length === 0) return;
  const lines = rules.map(
    ({ place, rule }) =>
      `[${String(rule.packets)}:${String(rule.bytes)}] -I ${chain} ${String(place)} ${rule.rule}`,
  );
  const input = `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
  await must(transport, ['iptables-restore', '-w', '5', '--noflush', '--counters'], { input });
}
