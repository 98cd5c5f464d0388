/** What a check answers: expected, found, on which node, and why it does not pass. */
import type { Reason } from '../../contract/checks.ts';
import type { Transport } from '../../transports/transport.ts';

export interface Outcome {
  passed: boolean;
  expected: string;
  found: string;
  node: string | null;
  /** Null exactly when it passed. */
  reason: Reason | null;
}

/** A command a learner ran; `exit` is null while it runs. */
export interface RanCommand {
  node: string;
  command: string;
  exit: number | null;
}

/** What a check may ask. Everything it learns comes from here. */
export interface CheckContext {
  /** Throws LabFailure `node-down` while the node is not running. */
  transport(node: string): Transport;
  isUp(node: string): boolean;
  /** Commands run since the step began, oldest first. */
  ran: readonly RanCommand[];
  /** Prediction ids the learner has answered. */
  answered: ReadonlySet<string>;
  /** State of a rule of the lab, as the kernel has it: a rule taken away by hand is off. */
  ruleLife(rule: string): string;
  /** What is there instead of a rule that is off, or null. */
  nearMiss(rule: string): { reason: Reason; found: string } | null;
  /** MAC addresses of a node's interfaces. */
  macsOf(node: string): Promise<string[]>;
  /** The lab's node that holds this address now, if any. */
  nodeOf(address: string): string | null;
}

export const passed = (node: string | null, expected: string, found = expected): Outcome => ({
  passed: true,
  expected,
  found,
  node,
  reason: null,
});

export const failed = (
  node: string | null,
  expected: string,
  found: string,
  reason: Reason,
): Outcome => ({ passed: false, expected, found, node, reason });
