/**
 * Where a rule must stand to be asked at all, on a computer whose firewall others have filled: behind a rule that takes its
 * packets, or everything, an appended rule is never reached. Pure.
 */
import type { Operation } from '../contract/operations.ts';
import { letsThrough, packetsOf } from './firewalls/packet.ts';
import { walk, type Fate, type SavedTable } from './firewalls/saved-table.ts';

export interface Placement {
  operation: Operation;
  /** Why it does not stand where its command line says; null when it does. */
  note: string | null;
}

/** `filter`: the table as it is now; `lab`: all operations of the lab, which tell whose packets must come by. */
export function placeWhereItWorks(
  operation: Operation,
  filter: SavedTable,
  lab: readonly Operation[],
): Placement {
  if (operation.do !== 'iptables-append') return { operation, note: null };
  const fate = takes(filter, operation, lab, undefined);
  if (!fate?.by) return { operation, note: null };
  return {
    operation: { ...operation, do: 'iptables-insert' },
    note: `put first: behind ${shown(fate.by)} it would never be asked`,
  };
}

/** What stands before a rule that is there and takes its packets, as a sentence; null when nothing does. */
export function takenBefore(
  filter: SavedTable,
  operation: Operation,
  lab: readonly Operation[],
): string | null {
  const rule = letsThrough(operation);
  const by = rule === null ? null : takes(filter, operation, lab, rule)?.by;
  return by ? `It stands behind ${shown(by)}, which takes its packets first.` : null;
}

/** A rule that throws away a packet this one is for, or that lets nothing at all by. */
function takes(
  filter: SavedTable,
  operation: Operation,
  lab: readonly Operation[],
  until: string | undefined,
): Fate | null {
  if (!('chain' in operation) || operation.table !== 'filter') return null;
  const ours = letsThrough(operation) === null ? [] : packetsOf(operation, lab);
  const fates = [null, ...ours].map((packet) => walk(filter, operation.chain, packet, until));
  return fates.find(({ verdict }) => verdict === 'drop') ?? null;
}

function shown({ chain, rule }: { chain: string; rule: string }): string {
  const words = rule.length > 80 ? `${rule.slice(0, 80)}…` : rule;
  return /^[A-Z]+$/.test(chain) ? `“${words}”` : `“${words}” in ${chain}`;
}
