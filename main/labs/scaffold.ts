/** `hoplab new <dir>`: a small lab to begin with, which lints and proves as it is. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { LabFailure } from '../contract/failure.ts';
import { LabId } from '../contract/names.ts';
import { scaffoldFiles } from './scaffold-files.ts';

/**
 * Makes the folder and writes the lab; answers the files written. Rejects with LabFailure when the folder's name cannot be a
 * lab's id or the folder is not empty; then nothing is written.
 */
export async function newLab(dir: string): Promise<string[]> {
  const id = path.basename(path.resolve(dir));
  if (!LabId.safeParse(id).success) {
    throw new LabFailure(
      'bad-request',
      `${id} cannot be a lab's id.`,
      'Use small letters, digits and dashes, such as 03-two-machines.',
    );
  }
  const there = await fs.readdir(dir).catch(() => []);
  if (there.length > 0) throw new LabFailure('bad-request', `${dir} is not empty.`);
  const files = scaffoldFiles(id);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(dir, name);
    await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, text, { flag: 'wx' });
  }
  return Object.keys(files).map((name) => path.join(dir, name));
}
