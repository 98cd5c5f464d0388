/**
 * A step's solution for a host that is the learner's own computer: replaying must not ask for a password in a terminal nobody
 * sees, so what is typed with sudo there is done by the step's rules instead.
 */
import type { Lab, SolveLine, Step } from '../contract/lab.ts';
import type { Values } from '../labs/values.ts';
import type { RuleEngine } from '../rules/engine.ts';
import { hostOf } from '../world/plan.ts';
import { filled, solve, type SolveOptions } from './solver.ts';
import type { Terminals } from './terminals.ts';

export interface Replay {
  lines: SolveLine[];
  apply: string[];
  undo: string[];
}

/** Pure. */
export function replayOf(step: Step, lab: Lab): Replay {
  const host = hostOf(lab);
  const asRoot = step.solve.filter(({ on, type }) => on === host && type?.startsWith('sudo '));
  const mine = step.rules.filter((id) => {
    const rule = lab.rules[id];
    return rule?.marked === undefined && rule?.operations.every(({ node }) => node === host);
  });
  const takesBack = asRoot.some(({ type }) => / -D /.test(type ?? ''));
  const rules = asRoot.length > 0 ? mine : [];
  return {
    lines: step.solve.filter((line) => !asRoot.includes(line)),
    apply: takesBack ? [] : rules,
    undo: takesBack ? rules : [],
  };
}

/** Types what needs no password, then puts the rules in force or takes them back. Rejects as `type` and the rules do. */
export async function replay(
  step: Step,
  lab: Lab,
  type: (lines: readonly SolveLine[]) => Promise<void>,
  rules: RuleEngine,
): Promise<void> {
  const { lines, apply, undo } = replayOf(step, lab);
  await type(lines);
  for (const id of apply) await rules.apply(id);
  for (const id of undo) await rules.undo(id);
}

export type HowToSolve = Pick<SolveOptions, 'visible' | 'effectsOnly' | 'signal'>;

export interface SolveParts extends Pick<SolveOptions, 'answer'> {
  lab: Lab;
  terminals: Terminals;
  values: Values;
}

/** `rules` where the host is the learner's own computer, else null. Rejects when a line does not come back. */
export async function solveOrReplay(
  step: Step,
  { lab, terminals, values, answer }: SolveParts,
  how: HowToSolve,
  rules: RuleEngine | null,
): Promise<void> {
  const type = (lines: readonly SolveLine[]) =>
    solve(filled(lines, values), terminals, { ...how, answer });
  if (rules && how.effectsOnly) await replay(step, lab, type, rules);
  else await type(step.solve);
}
