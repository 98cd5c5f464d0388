/**
 * Where a rule must stand to be asked at all, on a computer whose firewall others have filled: behind a rule that takes
 * everything (ufw's and firewalld's last ones do) an appended rule is never reached. Pure.
 */
import type { Operation } from '../contract/operations.ts';
import type { Chain } from './chain.ts';

/** Rules without a condition that let nothing by: a verdict, or a jump to a chain that ends in one. */
const takesAll =
  /^-j (?:REJECT|DROP|ufw-reject-forward|ufw6-reject-forward|FORWARD_reject|REJECT_ALL)\b/;

export interface Placement {
  operation: Operation;
  /** Why it does not stand where its command line says; null when it does. */
  note: string | null;
}

export function placeWhereItWorks(operation: Operation, found: unknown): Placement {
  if (operation.do !== 'iptables-append') return { operation, note: null };
  const blocking = (found as Chain).rules.find(({ rule }) => takesAll.test(rule));
  if (!blocking) return { operation, note: null };
  return {
    operation: { ...operation, do: 'iptables-insert' },
    note: `put first: behind “${blocking.rule}” it would never be asked`,
  };
}
