/** Where a lab begins: where the learner left it, or at its first step. */
import type { Lab } from '../contract/lab.ts';
import type { Notices } from '../platform/notices.ts';
import { emptyProgress, type Progress, type ProgressKeeper } from './progress.ts';

export interface Beginning {
  progress: Progress;
  /** The step to bring the nodes to; 0 is how a lab opens anyway. */
  resumeAt: number;
}

/** `fresh` forgets what was done and keeps the learner's notes. A file that cannot be read is put aside and said. Never rejects. */
export async function beginProgress(
  lab: Lab,
  fresh: boolean,
  keeper: ProgressKeeper,
  notices: Notices,
): Promise<Beginning> {
  const { value, putAside } = await keeper.load(lab.id);
  if (putAside)
    notices.tell(
      'warning',
      `The progress of “${lab.title}” could not be read`,
      `It begins at the first step. The old file is ${putAside}.`,
    );
  const progress = fresh ? { ...emptyProgress(), note: value.note } : value;
  const resumeAt = progress.step ?? 0;
  progress.step ??= 0;
  return { progress, resumeAt };
}
