/** Asks the checks of the open step, all at once, and notes what they answer. */
import type { Check } from '../contract/checks.ts';
import { fillCheck } from '../labs/values.ts';
import { evaluate } from './checks/evaluate.ts';
import { contextOf } from './context-of.ts';

/** What needs no event to change: looked at every second while a check that depends on it is open. */
const timed = new Set(['socket', 'conntrack', 'nat', 'listens', 'file', 'neigh', 'fdb']);

/** Whether one of these checks must be asked on a timer. */
export const needTime = (checks: readonly Check[]): boolean =>
  checks.some(({ check }) => timed.has(check));

/** Resolves with whether anything changed. `isCurrent` tells whether the learner is still at this lab when answers come. */
export async function askChecks(
  parts: Parameters<typeof contextOf>[0],
  isCurrent: () => boolean,
): Promise<boolean> {
  const { book, view } = parts;
  const context = contextOf(parts);
  const changes = await Promise.all(
    book.open().map(async (check) => {
      const outcome = await evaluate(fillCheck(check, view.values), context);
      return isCurrent() && book.step.checks.includes(check) && book.record(check, outcome);
    }),
  );
  return changes.some(Boolean);
}
