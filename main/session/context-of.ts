/** What the checks of a session may ask: gathered anew for each round, so that all of one round agree. */
import type { RuleEngine } from '../rules/engine.ts';
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
  /** Null until the lab is up. */
  engine: RuleEngine | null;
  transport: (node: string) => Transport;
}

export function contextOf({ book, view, nodes, engine, transport }: ContextParts): CheckContext {
  return {
    transport,
    isUp: (node) => nodes.life(node) === 'running',
    ran: book.ran,
    answered: book.answered,
    ruleLife: (rule) => engine?.lifeInKernel(rule) ?? 'unavailable',
    nearMiss: (rule) => engine?.diagnose(rule) ?? null,
    macsOf: async (node) =>
      (await ipJson<IpLink>(transport(node), 'link', 'show')).map((link) => link.address ?? ''),
    nodeOf: (address) => view.nodeOf(address),
  };
}
