/** What a learner last answered before a lab opened, on this computer: next time it is marked, and asked again all the same. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LabId } from '../contract/names.ts';
import { Answers } from '../contract/questions.ts';
import { loadJson, saveJson } from '../platform/json-file.ts';

const Kept = z.object({
  version: z.literal(1).default(1),
  /** Computer → lab → answers: a home folder may be on several computers, whose networks differ. */
  computers: z.record(z.string(), z.record(LabId, Answers)).default({}),
});

export class AnswerMemory {
  #kept: Promise<z.output<typeof Kept>> | null = null;
  #saving: Promise<void> = Promise.resolve();
  readonly #file: string;

  constructor(
    dataDir: string,
    /** A full disk costs only the mark. */
    private readonly onError: (error: unknown) => void,
    private readonly computer = hostname(),
  ) {
    this.#file = join(dataDir, 'answers.json');
  }

  /** Empty when nothing is known. Never rejects. */
  async recall(labId: string): Promise<Answers> {
    return (await this.#load()).computers[this.computer]?.[labId] ?? {};
  }

  async keep(labId: string, answers: Answers): Promise<void> {
    const kept = await this.#load();
    const labs = (kept.computers[this.computer] ??= {});
    labs[labId] = { ...labs[labId], ...answers };
    this.#saving = this.#saving.then(() => saveJson(this.#file, kept)).catch(this.onError);
  }

  settled(): Promise<void> {
    return this.#saving;
  }

  #load(): Promise<z.output<typeof Kept>> {
    return (this.#kept ??= loadJson(this.#file, Kept).then(({ value }) => value));
  }
}
