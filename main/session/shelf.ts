/** The labs there are, and how far the learner has come in each. */
import { LabFailure } from '../contract/failure.ts';
import type { LabSummary } from '../contract/index.ts';
import type { Lab } from '../contract/lab.ts';
import { readCatalog, type CatalogEntry } from '../labs/catalog.ts';
import { loadGlossary } from '../labs/glossary.ts';
import { formatMistake } from '../labs/mistakes.ts';
import type { ReadMemory } from '../labs/read-memory.ts';
import { summarise } from './lab-summary.ts';
import type { ProgressKeeper } from './progress.ts';

export class Shelf {
  glossary: Record<string, string> = {};
  private entries: CatalogEntry[] = [];

  constructor(
    /** Bundled labs first, then the learner's own. */
    private readonly folders: readonly [string, ...string[]],
    private readonly progress: ProgressKeeper,
    private readonly memory?: ReadMemory,
  ) {}

  /** Reads the folders. Never rejects: a lab with mistakes is an entry that says so. */
  async read(): Promise<void> {
    const [entries, glossary] = await Promise.all([
      readCatalog(this.folders, this.memory),
      loadGlossary(this.folders[0], this.memory),
    ]);
    this.entries = entries;
    this.glossary = glossary.terms;
  }

  labs(): Lab[] {
    return this.entries.flatMap((entry) => (entry.lab ? [entry.lab] : []));
  }

  /** Throws `not-found`, or `lab-invalid` with a line for each mistake. */
  lab(id: string): Lab {
    const entry = this.entries.find((item) => item.id === id);
    if (!entry) throw new LabFailure('not-found', `There is no lab ${id}.`);
    if (entry.lab) return entry.lab;
    const mistakes = entry.mistakes.map((mistake) => formatMistake(entry.dir, mistake)).join('\n');
    throw new LabFailure(
      'lab-invalid',
      `The files of ${id} have mistakes.`,
      'Mend them and open it again.',
      mistakes,
    );
  }

  summaries(): Promise<LabSummary[]> {
    return Promise.all(
      this.entries.map(async (entry) =>
        summarise(entry, (await this.progress.load(entry.id)).value),
      ),
    );
  }
}
