/** `hoplab undo-all`: takes back what Hoplab has changed on this computer, without the window. */
import { start } from '../platform/run.ts';
import { readLeftovers } from '../rules/elevation/leftovers.ts';
import { bundledHelper, waysToRoot } from '../rules/elevation/ways.ts';
import type { Argv } from '../transports/transport.ts';
import type { Verb } from './verb.ts';

export const undoAll: Verb = {
  usage: 'undo-all',
  about: 'takes back what is still changed on this computer, asking sudo for it',
  async run(args) {
    if (args.length > 0) {
      console.error('hoplab undo-all: takes no arguments');
      return 2;
    }
    const left = await readLeftovers();
    if (left.length === 0) {
      console.log('Nothing of Hoplab’s is applied to this computer.');
      return 0;
    }
    for (const { says, lab } of left) console.log(`to be taken back (${lab}): ${says}`);
    const way = (await waysToRoot({ helper: bundledHelper() })).at(-1);
    const argv = way?.argv.map((word) => (word === 'serve' ? 'undo-all' : word)) as unknown as Argv;
    const child = start(argv, { stdio: 'inherit' });
    return new Promise((resolve) => {
      child.once('error', (error) => {
        console.error(`${argv[0]}: ${error.message}`);
        resolve(1);
      });
      child.once('close', (code) => {
        resolve(code ?? 1);
      });
    });
  },
};
