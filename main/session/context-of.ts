/** What the checks of a session may ask: gathered anew for each round, so that all of one round agree. */
import type { RuleState } from '../contract/session.ts';
import type { Transport } from '../transports/transport.ts';
import { ipJson, type IpLink } from './checks/kernel-reads.ts';
import type { CheckContext } from './checks/outcome.ts';
import type { LabNodes } from './lab-nodes.ts';
import type { LiveView } from './live-view.ts';
import type { StepBook } from './step-book.ts';

export interface ContextParts {
  book: StepBook;
  view: LiveView;
  nodes: LabNodes;
  rules: readonly RuleState[];
  transport: (node: string) => Transport;
}

export function contextOf({ book, view, nodes, rules, transport }: ContextParts): CheckContext {
  const lives = new Map(rules.map((rule) => [rule.id, rule.life]));
  return {
    transport,
    isUp: (node) => nodes.life(node) === 'running',
    ran: book.ran,
    answered: book.answered,
    ruleLife: (rule) => lives.get(rule) ?? 'unavailable',
    macsOf: async (node) =>
      (await ipJson<IpLink>(transport(node), 'link', 'show')).map((link) => link.address ?? ''),
    nodeOf: (address) => view.nodeOf(address),
  };
}
