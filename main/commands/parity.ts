/** `hoplab parity`: what of a lab differs between the backends whose machines Hoplab makes itself. */
import { makeBackend } from '../backends/registry.ts';
import { compare } from '../parity/compare.ts';
import { parityTable } from '../parity/table.ts';
import { defaultCacheDir } from '../platform/paths.ts';
import type { Verb } from './verb.ts';
import { readLab } from './workbench.ts';

export const parity: Verb = {
  usage: 'parity <lab-dir> [--json]',
  about: 'what differs between sandbox and docker, asked of both where both work',
  async run(args) {
    const [dir, ...others] = args.filter((word) => word !== '--json');
    if (!dir || others.length > 0) {
      console.error('usage: hoplab parity <lab-dir> [--json]');
      return 2;
    }
    const lab = await readLab(dir);
    const found = await compare(lab, (kind) =>
      makeBackend(kind, { cacheDir: defaultCacheDir(), siblings: () => [lab] }),
    );
    console.log(args.includes('--json') ? JSON.stringify(found, null, 2) : parityTable(found));
    return 0;
  },
};
