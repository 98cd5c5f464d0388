/** `hoplab doctor`: what each backend needs, what was found, how to fix it. */
import type { Verb } from './verb.ts';
import { checkHealth } from '../health/health.ts';
import { defaultCacheDir } from '../platform/paths.ts';

export const doctor: Verb = {
  usage: 'doctor [--json]',
  about: 'what each backend needs, what was found, how to fix it',
  async run(args) {
    const all = await checkHealth({ cacheDir: defaultCacheDir() });
    if (args.includes('--json')) {
      console.log(JSON.stringify(all, null, 2));
      return 0;
    }
    for (const backend of all) {
      console.log(
        `${backend.usable ? 'ready    ' : 'not ready'} ${backend.backend}: ${backend.summary}`,
      );
      for (const item of backend.items) {
        console.log(`  ${item.status.padEnd(7)} ${item.title}: ${item.found}`);
        if (item.fix) console.log(`          ${item.fix}`);
        if (item.command) console.log(`          ${item.command}`);
      }
    }
    return 0;
  },
};
