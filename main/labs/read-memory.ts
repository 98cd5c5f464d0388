/**
 * Keeps what was made of a lab's files, so that a start need not parse and check again what has not changed. Throwing it
 * away costs a quarter of a second and nothing else, so whatever is wrong with it is a reason to read the files.
 */
import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { saveJson } from '../platform/json-file.ts';
import { maxFileBytes } from './lab-folder.ts';

const maxFiles = 300;

interface Kept {
  /** What it was made of. */
  key: string;
  /** Of `body`: a file the system left half written is known by it. */
  check: string;
  body: string;
}

const digest = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part.length)}\n`).update(part);
  return hash.digest('hex');
};

export class ReadMemory {
  /** `build` names the program: another one may check labs otherwise, so it remembers nothing of this one. */
  constructor(
    private readonly folder: string,
    private readonly build: string,
  ) {}

  /**
   * What `read` made of `place` (a file, or a folder with all below it) when it was last read with the same content. It must
   * be JSON, and depend on nothing else. Rejects only as `read` does.
   */
  async recall<T>(place: string, read: () => Promise<T>): Promise<T> {
    const key = await this.keyOf(path.resolve(place));
    if (key === null) return read();
    const file = path.join(this.folder, `${digest(path.resolve(place)).slice(0, 24)}.json`);
    const kept = await load(file);
    if (kept?.key === key) return JSON.parse(kept.body) as T;
    const made = await read();
    const body = JSON.stringify(made);
    // A full disk or a folder of another user costs the next start its time, which is no news to the learner.
    await saveJson(file, { key, check: digest(body), body } satisfies Kept).catch(() => undefined);
    return made;
  }

  /** Null when there is anything the content of plain files does not tell: a link, too much of it, nothing. */
  private async keyOf(place: string): Promise<string | null> {
    try {
      const found = await filesAt(place);
      if (!found || found.length === 0 || found.length > maxFiles) return null;
      const contents = await Promise.all(found.map((file) => fs.readFile(file)));
      const named = found.flatMap((file, index) => [file, contents[index] ?? '']);
      return digest(this.build, place, ...named);
    } catch {
      return null;
    }
  }
}

/** Plain files at or below a place, sorted; null when there is something else. */
async function filesAt(place: string): Promise<string[] | null> {
  const stat = await fs.lstat(place);
  if (stat.isFile()) return stat.size <= maxFileBytes ? [place] : null;
  if (!stat.isDirectory()) return null;
  const names = (await fs.readdir(place)).sort();
  if (names.length > maxFiles) return null;
  const below = await Promise.all(names.map((name) => filesAt(path.join(place, name))));
  return below.every((list) => list !== null) ? below.flat() : null;
}

async function load(file: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await fs.readFile(file, 'utf8')) as Kept;
    return digest(kept.body) === kept.check ? kept : null;
  } catch {
    return null;
  }
}
