/** `hoplab new`: the folder of a small lab that lints and proves, to begin from. */
import type { Verb } from './verb.ts';
import { newLab } from '../labs/scaffold.ts';

export const newLabCommand: Verb = {
  usage: 'new <lab-dir>',
  about: 'makes the folder of a small lab to begin from',
  async run([dir, ...extra]) {
    if (!dir || extra.length > 0) {
      console.error('usage: hoplab new <lab-dir>');
      return 2;
    }
    for (const file of await newLab(dir)) console.log(file);
    return 0;
  },
};
