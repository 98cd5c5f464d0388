/** How the helper can be started with root's rights here: the ways there are, the least bother first. */
import { existsSync } from 'node:fs';
import { access, constants, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../../transports/transport.ts';

/** Where the packages put it. Only a helper that root alone can write is ever started by pkexec. */
export const installedHelper = '/usr/lib/hoplab/hoplab-helper';
const policy = '/usr/share/polkit-1/actions/org.hoplab.policy';

/**
 * The helper that travels with this app: beside the sources, or among the unpacked files of a packaged one (an archive cannot
 * be executed from).
 */
export function bundledHelper(here: string = __dirname): string {
  const inner = 'rules/elevation/helper/hoplab-helper';
  const places = [
    join(here, 'helper/hoplab-helper'),
    join(here, '../../main', inner),
    join(here, '../../../main', inner),
    join(here, '../../../helper/hoplab-helper'),
  ];
  return places.find((file) => existsSync(file)) ?? installedHelper;
}

export interface Way {
  /** `terminal`: asks in a terminal the learner sees; `dialog`: the desktop asks; `root`: nobody needs to. */
  kind: 'root' | 'dialog' | 'terminal';
  argv: Argv;
}

export interface WaysOptions {
  /** The helper of this very app, for where no package installed one. */
  helper: string;
  uid?: number;
  installed?: string;
}

/** Never empty and never rejects: without an agent there is sudo, which says itself when it is not there. */
export async function waysToRoot({
  helper,
  uid = process.getuid?.() ?? -1,
  installed = installedHelper,
}: WaysOptions): Promise<Way[]> {
  const trusted = await ownedByRoot(installed);
  const program = trusted ? installed : helper;
  if (uid === 0) return [{ kind: 'root', argv: [program, 'serve'] }];
  const pkexec = await firstThere(['/usr/bin/pkexec', '/bin/pkexec']);
  const ways: Way[] = [];
  if (trusted && pkexec && (await firstThere([policy])))
    // Its own text prompt would wait on a terminal nobody sees (pkexec(1)).
    ways.push({ kind: 'dialog', argv: [pkexec, '--disable-internal-agent', program, 'serve'] });
  ways.push({ kind: 'terminal', argv: ['sudo', program, 'serve'] });
  return ways;
}

async function ownedByRoot(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => null);
  return found?.isFile() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}

async function firstThere(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const there = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  return null;
}
