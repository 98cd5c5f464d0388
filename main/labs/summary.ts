/** A lab as the catalog's page shows it. */
import type { LabSummary } from '../contract/index.ts';
import type { CatalogEntry } from './catalog.ts';
import { formatMistake } from './mistakes.ts';

/** How far the learner has come: the step on screen (null: never opened), and the files of the steps that are done. */
export interface LabProgress {
  step: number | null;
  done: readonly string[];
}

/** Also for a lab with mistakes, which then can be shown but not opened. */
export function summarise(entry: CatalogEntry, progress: LabProgress): LabSummary {
  const { id, lab, mistakes } = entry;
  const steps = lab?.steps ?? [];
  return {
    id,
    title: lab?.title ?? id,
    summary: lab?.summary ?? 'This lab has mistakes and cannot be opened.',
    order: lab?.order ?? 1000,
    minutes: lab?.minutes ?? 0,
    learn: lab?.learn ?? [],
    needs: needsOf(lab),
    steps: steps.length,
    stepsDone: steps.filter(({ file }) => progress.done.includes(file)).length,
    resumeAt: progress.step,
    mistakes: mistakes.map((mistake) => formatMistake(id, mistake)),
  };
}

/** What the lab brings up, in words: "1 machine, 1 container, a router". */
function needsOf(lab: CatalogEntry['lab']): string {
  if (!lab) return '';
  const count = new Map<string, number>();
  for (const { kind } of Object.values(lab.nodes)) {
    if (kind !== 'host') count.set(kind, (count.get(kind) ?? 0) + 1);
  }
  const words = [...count].map(([kind, n]) => (n === 1 ? `a ${kind}` : `${String(n)} ${kind}s`));
  return ['the host', ...words].join(', ');
}
