/** `hoplab lint`: prints each mistake as file:line:column: message. */
import { basename, resolve } from 'node:path';
import type { Verb } from './verb.ts';
import { loadLab } from '../labs/load-lab.ts';
import { formatMistake } from '../labs/mistakes.ts';

export const lint: Verb = {
  usage: 'lint <lab-dir>…',
  about: 'prints the mistakes of labs; exit 1 when there are any',
  async run(dirs) {
    if (dirs.length === 0) {
      console.error('hoplab lint: name at least one lab folder');
      return 2;
    }
    let mistakes = 0;
    for (const dir of dirs) {
      const result = await loadLab(resolve(dir));
      if ('lab' in result) continue;
      mistakes += result.mistakes.length;
      for (const mistake of result.mistakes) console.log(formatMistake(dir, mistake));
    }
    if (mistakes === 0)
      console.error(`${dirs.map((dir) => basename(resolve(dir))).join(', ')}: no mistakes`);
    return mistakes === 0 ? 0 : 1;
  },
};
