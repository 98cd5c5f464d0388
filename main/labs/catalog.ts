/** Finds labs in several folders: those that come with the app, and the learner's own. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { LabId } from '../contract/names.ts';
import type { Lab } from '../contract/lab.ts';
import type { Mistake } from './mistakes.ts';
import type { ReadMemory } from './read-memory.ts';

export interface CatalogEntry {
  /** The folder's name; equal to the lab's id when the lab is well formed. */
  id: string;
  dir: string;
  /** null when it has mistakes. */
  lab: Lab | null;
  mistakes: Mistake[];
}

const maxLabs = 200;

/**
 * Every lab of these folders, well formed or not, in their order. A folder that does not exist holds none; of two labs with one
 * id the one of the earlier folder counts, and the other says so. What `memory` knows is not read again. Never rejects.
 */
export async function readCatalog(
  folders: readonly string[],
  memory?: ReadMemory,
): Promise<CatalogEntry[]> {
  const entries: CatalogEntry[] = [];
  for (const folder of folders) {
    const dirs = (await labDirs(folder)).slice(0, maxLabs);
    for (const entry of await Promise.all(dirs.map((dir) => readEntry(dir, memory)))) {
      const first = entries.find(({ id }) => id === entry.id);
      if (!first) entries.push(entry);
      else if (path.resolve(first.dir) !== path.resolve(entry.dir)) {
        const message = `${first.dir} holds a lab with the id ${entry.id} already`;
        const mistake = { file: 'lab.yaml', line: 1, column: 1, message };
        entries.push({ ...entry, lab: null, mistakes: [mistake, ...entry.mistakes] });
      }
    }
  }
  const order = ({ lab }: CatalogEntry) => lab?.order ?? 1000;
  return entries.sort((a, b) => order(a) - order(b) || a.id.localeCompare(b.id));
}

async function readEntry(dir: string, memory?: ReadMemory): Promise<CatalogEntry> {
  // A start that finds all labs as they were parses none, and then need not read the parser either.
  const read = async () => (await import('./load-lab.ts')).loadLab(dir);
  const loaded = await (memory ? memory.recall(dir, read) : read());
  const entry = { id: path.basename(dir), dir };
  if ('lab' in loaded) return { ...entry, lab: loaded.lab, mistakes: [] };
  return { ...entry, lab: null, mistakes: loaded.mistakes };
}

/** Folders that hold a lab.yaml and bear a name a lab may have. */
async function labDirs(folder: string): Promise<string[]> {
  try {
    const names = (await fs.readdir(folder)).filter((name) => LabId.safeParse(name).success).sort();
    const found = await Promise.all(
      names.map(async (name) => {
        const dir = path.join(folder, name);
        const file = await fs.stat(path.join(dir, 'lab.yaml')).catch(() => null);
        return file ? dir : null;
      }),
    );
    return found.filter((dir) => dir !== null);
  } catch {
    return [];
  }
}
