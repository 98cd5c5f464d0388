/** Asks the checks of the open step, all at once, and notes what they answer. */
import { fillCheck } from '../labs/values.ts';
import { evaluate } from './checks/evaluate.ts';
import { contextOf } from './context-of.ts';

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
