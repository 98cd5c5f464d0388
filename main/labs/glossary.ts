/** Words the labs' text may link to: `glossary.yaml` beside the lab folders. */
import { z } from 'zod';
import { validate } from './issues.ts';
import { FolderError, readLabText } from './lab-folder.ts';
import type { Mistake } from './mistakes.ts';
import { parseYaml } from './yaml-source.ts';

const file = 'glossary.yaml';

export const Glossary = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,59}$/, 'a word or two'),
  z.string().min(1).max(400),
);
export type Glossary = z.infer<typeof Glossary>;

/** The terms of a folder of labs; none when there is no glossary. Never rejects. */
export async function loadGlossary(
  folder: string,
): Promise<{ terms: Glossary; mistakes: Mistake[] }> {
  try {
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
