/** What is there instead of a rule that is not in force: the same thing on the wrong interface, or nearly the same. */
import type { Reason } from '../contract/checks.ts';
import type { Operation } from '../contract/operations.ts';
import type { Chain } from './chain.ts';
import type { RouteEntry } from './inverse.ts';
import { printDestination } from './routes.ts';
import { canonicalRule } from './rule-canonical.ts';

/** Hints key on the reason; `found` is said as it is. */
export interface NearMiss {
  reason: Reason;
  found: string;
}

/** `found` is what the operation's kind has read. null: nothing like it is there. */
export function nearMiss(operation: Operation, found: unknown): NearMiss | null {
  switch (operation.do) {
    case 'iptables-append':
    case 'iptables-insert':
      return nearRule(canonicalRule(operation.rule), found as Chain);
    case 'route-add':
      return nearRoute(operation, found as RouteEntry[]);
    case 'sysctl':
      return {
        reason: 'differs',
        found: `${operation.key} = ${(found as { value: string }).value}`,
      };
    default:
      return null;
  }
}

/** `-i x`, `-o x` with a `!` before them. */
const interfaces = /(! )?-[io] \S+ ?/g;
const target = /-j (\S+)/;

/** Words two rules share, as a part of all words of either. */
function likeness(a: string, b: string): number {
  const [one, other] = [new Set(a.split(' ')), new Set(b.split(' '))];
  const shared = [...one].filter((word) => other.has(word)).length;
  return shared / (one.size + other.size - shared);
}

function nearRule(rule: string, { rules }: Chain): NearMiss | null {
  const bare = rule.replace(interfaces, '');
  const moved = rules.find((other) => other.rule.replace(interfaces, '') === bare);
  // A rule with nothing but interfaces and a target, such as MASQUERADE: another's is no slip of the learner's.
  const says = bare !== rule && (!moved?.rule.includes('!') || rule.includes('!'));
  if (moved && says) return { reason: 'wrong-interface', found: moved.rule };
  const alike = rules
    .filter((other) => target.exec(other.rule)?.[1] === target.exec(rule)?.[1])
    .map((other) => ({ rule: other.rule, likeness: likeness(rule, other.rule) }))
    .sort((a, b) => b.likeness - a.likeness)[0];
  return alike && alike.likeness > 0.6 ? { reason: 'differs', found: alike.rule } : null;
}

function nearRoute(
  { to, via, dev }: Extract<Operation, { do: 'route-add' }>,
  routes: readonly RouteEntry[],
): NearMiss | null {
  const there = routes.filter(({ dst }) => dst === printDestination(to));
  const moved = there.find(({ gateway }) => via !== undefined && gateway === via);
  if (moved) return { reason: 'wrong-interface', found: say(moved) };
  const other = there.find(({ gateway }) => gateway !== via) ?? there[0];
  if (!other) return null;
  const wrongDevice = dev !== undefined && other.dev !== dev && via === undefined;
  return { reason: wrongDevice ? 'wrong-interface' : 'wrong-gateway', found: say(other) };
}

const say = ({ dst, gateway, dev = '' }: RouteEntry) =>
  `${dst}${gateway === undefined ? '' : ` via ${gateway}`} dev ${dev}`;
