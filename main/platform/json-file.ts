/** Small files of ours as JSON: written whole or not at all, and put aside when they cannot be read. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

export interface Loaded<T> {
  value: T;
  /** Where a file that could not be read was put, or null. */
  putAside: string | null;
}

/** Reads and checks a file; without one, or with a broken one, the schema's defaults. Never rejects. */
export async function loadJson<S extends z.ZodType>(
  file: string,
  schema: S,
  now = Date.now(),
): Promise<Loaded<z.output<S>>> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { value: schema.parse({}), putAside: null };
  try {
    return { value: schema.parse(JSON.parse(text)), putAside: null };
  } catch {
    const aside = `${file}.broken-${String(now)}`;
    const moved = await rename(file, aside).then(
      () => true,
      () => false,
    );
    return { value: schema.parse({}), putAside: moved ? aside : file };
  }
}

/** Writes beside and renames, so that a full disk or a kill leaves the old file. Rejects with the system's error. */
export async function saveJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}
