/** How far a learner has come in a lab: kept over restarts, one file a lab. */
import { join } from 'node:path';
import { z } from 'zod';
import { loadJson, saveJson, type Loaded } from '../platform/json-file.ts';

export const Progress = z.object({
  version: z.literal(1).default(1),
  /** The step on screen; null when the lab was never opened. */
  step: z.number().int().min(0).nullable().default(null),
  /** Files of the steps that are done. */
  done: z.array(z.string()).default([]),
  /** `file/check` of edge checks that have passed. */
  passed: z.array(z.string()).default([]),
  /** `file/prediction` → the choice. */
  chosen: z.record(z.string(), z.number().int()).default({}),
  note: z.string().default(''),
});
export type Progress = z.infer<typeof Progress>;

export const emptyProgress = (): Progress => Progress.parse({});

/** Where progress is kept. */
export interface ProgressKeeper {
  load(labId: string): Promise<Loaded<Progress>>;
  save(labId: string, progress: Progress): void;
  /** Resolves when everything is where it is kept. */
  settled(): Promise<void>;
}

/** Keeps nothing: for proofs, which begin at the beginning. */
export const noProgress: ProgressKeeper = {
  load: () => Promise.resolve({ value: emptyProgress(), putAside: null }),
  save: () => undefined,
  settled: () => Promise.resolve(),
};

/** Reads and writes progress below a folder. Writes are queued, the newest wins. */
export class ProgressStore implements ProgressKeeper {
  private readonly saving = new Map<string, Promise<void>>();

  constructor(
    private readonly folder: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  load(labId: string): Promise<Loaded<Progress>> {
    return loadJson(this.file(labId), Progress);
  }

  save(labId: string, progress: Progress): void {
    const before = this.saving.get(labId) ?? Promise.resolve();
    this.saving.set(
      labId,
      before.then(() => saveJson(this.file(labId), progress)).catch(this.onError),
    );
  }

  async settled(): Promise<void> {
    await Promise.all(this.saving.values());
  }

  private file(labId: string): string {
    return join(this.folder, `${labId}.json`);
  }
}
