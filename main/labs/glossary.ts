/** Words the labs' text may link to: `glossary.yaml` beside the lab folders. */
import path from 'node:path';
import { z } from 'zod';
import { validate } from './issues.ts';
import { FolderError, readLabText } from './lab-folder.ts';
import type { Mistake } from './mistakes.ts';
import type { ReadMemory } from './read-memory.ts';

const file = 'glossary.yaml';

export const Glossary = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,59}$/, 'a word or two'),
  z.string().min(1).max(400),
);
export type Glossary = z.infer<typeof Glossary>;

export interface LoadedGlossary {
  terms: Glossary;
  mistakes: Mistake[];
}

/** The terms of a folder of labs; none when there is no glossary. As `memory` knows them. Never rejects. */
export async function loadGlossary(folder: string, memory?: ReadMemory): Promise<LoadedGlossary> {
  const read = () => readGlossary(folder);
  return memory ? memory.recall(path.join(folder, file), read) : read();
}

async function readGlossary(folder: string): Promise<LoadedGlossary> {
  try {
    const { parseYaml } = await import('./yaml-source.ts');
    const source = parseYaml(await readLabText(folder, file));
    const { data, mistakes } = validate(Glossary, source, file);
    return { terms: data ?? {}, mistakes };
  } catch (error) {
    if (error instanceof FolderError && error.message.endsWith('does not exist')) {
      return { terms: {}, mistakes: [] };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { terms: {}, mistakes: [{ file, line: 1, column: 1, message }] };
  }
}
