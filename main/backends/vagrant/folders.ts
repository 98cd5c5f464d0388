/** Where the labs' Vagrantfiles lie, side by side as in the article: `cd ../lab2` leads from one to the other. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../contract/lab.ts';
import { marksFor } from '../../world/shell-files.ts';
import { vagrantfileOf, type VagrantfileOptions } from './vagrantfile.ts';

export class Folders {
  constructor(private readonly base: string) {}

  of(lab: Lab): string {
    return join(this.base, lab.folder);
  }

  /** Rejects with the system's error. A Vagrantfile the learner has changed is kept as it is. */
  async write(labs: readonly Lab[], options: VagrantfileOptions): Promise<void> {
    for (const lab of labs) {
      const folder = this.of(lab);
      const [file, ours] = [join(folder, 'Vagrantfile'), join(folder, '.hoplab-vagrantfile')];
      await mkdir(folder, { recursive: true });
      const [there, last] = await Promise.all([read(file), read(ours)]);
      const text = vagrantfileOf(lab, options);
      if (there !== null && there !== last) continue;
      if (there === text) continue;
      await writeFile(file, text);
      await writeFile(ours, text);
    }
  }

  /**
   * What the learner's own bash reads: their own files first, then the marks by which the app learns what ran. Their
   * prompt stays; only the mark is put behind it.
   */
  async writeShellFile(host: string): Promise<string> {
    const file = join(this.base, 'bashrc');
    const cd = `CDPATH=.:${JSON.stringify(this.base)}`;
    await mkdir(this.base, { recursive: true });
    await writeFile(
      file,
      [
        '[ -r /etc/bash.bashrc ] && . /etc/bash.bashrc',
        '[ -r ~/.bashrc ] && . ~/.bashrc',
        cd,
        marksFor(host),
      ].join('\n'),
    );
    return file;
  }
}

const read = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);
