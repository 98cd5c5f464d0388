/** A rule as its card shows it: from what was seen of its operations, and what the journal holds. */
import type { Operation, Rule } from '../contract/operations.ts';
import type { RuleAround, RuleLife, RuleState } from '../contract/session.ts';
import { explainAround } from './firewalls/explain.ts';
import type { Surroundings } from './firewalls/surroundings.ts';
import type { Entry } from './journal.ts';
import type { Observation } from './observation.ts';
import { kindOf } from './operations/index.ts';

interface Known {
  observation: Observation;
  surroundings: Surroundings;
  /** Every operation of the lab's rules. */
  lab: readonly Operation[];
  /** Why this one is gone, where that can be told. */
  lost: string | null;
  /** Of this rule, not taken back. */
  entries: readonly Entry[];
  busy: boolean;
}

export function describeRule(
  id: string,
  rule: Rule,
  operations: readonly Operation[],
  known: Known,
): RuleState {
  const { observation, entries, busy, lost } = known;
  const failure = operations
    .map((_, index) => observation.failure(id, index))
    .find((words) => words !== null);
  const life = failure === undefined ? lifeOf(id, operations, observation, entries) : 'unavailable';
  return {
    id,
    title: rule.title,
    what: rule.what,
    explain: rule.explain ?? null,
    marked: rule.marked ?? null,
    life,
    note: failure ?? noteOf(life, entries, lost),
    obstacle:
      life === 'on' || failure !== undefined ? null : obstacleOf(id, operations, observation),
    around: failure === undefined ? aroundOf(id, operations, known) : null,
    canUndo: life !== 'unavailable' && entries.length > 0,
    busy,
    commands: operations.flatMap((operation) =>
      kindOf(operation)
        .preview(operation)
        .map((line) => ({ node: operation.node, line })),
    ),
  };
}

/** The first that has something to say. */
function aroundOf(
  id: string,
  operations: readonly Operation[],
  { observation, surroundings, lab }: Known,
): RuleAround | null {
  for (const [index, operation] of operations.entries()) {
    const around = surroundings.of(operation.node);
    const on = observation.seen(id, index)?.state === 'on';
    const said = around && explainAround(operation, lab, around, on);
    if (said) return said;
  }
  return null;
}

/** Of those operations that are still to be made. */
function obstacleOf(
  id: string,
  operations: readonly Operation[],
  observation: Observation,
): string | null {
  for (const [index, operation] of operations.entries()) {
    const seen = observation.seen(id, index);
    const obstacle = seen?.state === 'off' && kindOf(operation).obstacle?.(operation, seen.found);
    if (obstacle) return `${obstacle.why} ${obstacle.hint}`;
  }
  return null;
}

/** Without the journal. */
export function kernelLife(
  id: string,
  operations: readonly Operation[],
  observation: Observation,
): RuleLife {
  const failed = operations.some((_, index) => observation.failure(id, index) !== null);
  return failed ? 'unavailable' : lifeOf(id, operations, observation, []);
}

function lifeOf(
  id: string,
  operations: readonly Operation[],
  observation: Observation,
  entries: readonly Entry[],
): RuleLife {
  const byApp = entries.filter(({ by }) => by === 'app');
  const states = operations.map((operation, index) => {
    const state = observation.seen(id, index)?.state ?? 'none';
    if (operation.do !== 'iptables-flush' || state === 'on') return state;
    // An empty chain that was emptied when it was empty already: only the journal knows.
    const entry = byApp.find((one) => one.index === index);
    const emptied = entry?.inverse.undo === 'iptables-restore' && entry.inverse.gone.length === 0;
    return emptied ? 'on' : state;
  });
  const asked = states.filter((state) => state !== 'none');
  if (asked.length === 0) return byApp.length > 0 ? 'on' : 'off';
  if (asked.every((state) => state === 'on')) return 'on';
  const gone = byApp.some(({ index }) => states[index] === 'off');
  if (gone) return 'drifted';
  return asked.some((state) => state === 'on') ? 'partly' : 'off';
}

function noteOf(life: RuleLife, entries: readonly Entry[], lost: string | null): string | null {
  if (life === 'drifted') return lost ?? 'taken away or changed since it was applied';
  if (life === 'off') return null;
  if (entries.length === 0) return life === 'on' ? 'is so already' : null;
  if (entries.every(({ by }) => by === 'learner')) return 'typed by you';
  // The newest: what was applied again may stand elsewhere than before.
  return entries.findLast(({ by }) => by === 'app')?.note ?? null;
}
