/** A lab as the catalogue shows it, with how far the learner has come. */
import type { LabSummary } from '../contract/index.ts';
import type { CatalogEntry } from '../labs/catalog.ts';
import { formatMistake } from '../labs/mistakes.ts';
import type { Progress } from './progress.ts';

/** A lab with mistakes is shown too, with what is wrong, and cannot be opened. */
export function summarise(entry: CatalogEntry, progress: Progress): LabSummary {
  const { lab } = entry;
  const done = lab?.steps.filter((step) => progress.done.includes(step.file)).length ?? 0;
  return {
    id: entry.id,
    title: lab?.title ?? entry.id,
    summary: lab?.summary ?? 'This lab has mistakes in its files and cannot be opened.',
    order: lab?.order ?? 1000,
    minutes: lab?.minutes ?? 0,
    learn: lab?.learn ?? [],
    needs: lab ? needsOf(lab.requires) : '',
    steps: lab?.steps.length ?? 0,
    stepsDone: done,
    resumeAt: progress.step,
    mistakes: entry.mistakes.map((mistake) => formatMistake(entry.dir, mistake)),
  };
}

/** What every Linux kernel has is not worth a word. */
const common = new Set(['veth', 'bridge', 'tap', 'nat', 'conntrack']);

function needsOf(features: readonly string[]): string {
  const rare = features.filter((feature) => !common.has(feature));
  return rare.length === 0 ? 'Nothing but this computer' : `A kernel with ${rare.join(', ')}`;
}
