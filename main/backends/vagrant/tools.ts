/** The programs of the learner's computer that this backend drives, and where they are: a window's own PATH is often short. */
import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { run } from '../../platform/run.ts';

/** On the PATH Hoplab was started with, only on that of the login shell, or only where installers put things. */
export type Origin = 'path' | 'login' | 'usual';

export interface Tools {
  /** Everything searched, for terminals and for programs that start others. */
  path: string;
  vagrant: string | null;
  vboxmanage: string | null;
  ssh: string | null;
  /** Where each was found. */
  origins: Readonly<Record<'vagrant' | 'vboxmanage' | 'ssh', Origin | null>>;
}

/** Where installers put things that a program started from a desktop does not find by PATH. */
const usualFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/opt/vagrant/bin',
  '/opt/homebrew/bin',
  '/Applications/VirtualBox.app/Contents/MacOS',
];
const mark = '@hoplab-path@';

/**
 * `from` is where PATH, SHELL and VirtualBox's own variables are read. Rejects with `cancelled` when the signal says so, and with
 * nothing else.
 */
export async function findTools(
  from: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<Tools> {
  const own = [from['VBOX_MSI_INSTALL_PATH'], from['VBOX_INSTALL_PATH']].filter(Boolean);
  const started = (from['PATH'] ?? '').split(delimiter);
  const login = (await loginPath(from['SHELL'], signal)).split(delimiter);
  const folders = [...started, ...login, ...own, ...usualFolders];
  const path = [...new Set(folders.filter((folder): folder is string => Boolean(folder)))];
  const [vagrant, vboxmanage, ssh] = await Promise.all(
    [['vagrant'], ['VBoxManage', 'vboxmanage'], ['ssh']].map((names) => firstOf(path, names)),
  );
  const origin = (file: string | null | undefined): Origin | null => {
    if (!file) return null;
    if (started.includes(dirname(file))) return 'path';
    return login.includes(dirname(file)) ? 'login' : 'usual';
  };
  return {
    origins: { vagrant: origin(vagrant), vboxmanage: origin(vboxmanage), ssh: origin(ssh) },
    path: path.join(delimiter),
    vagrant: vagrant ?? null,
    vboxmanage: vboxmanage ?? null,
    ssh: ssh ?? null,
  };
}

/** PATH as the learner's login shell has it. What its start files print besides is told apart by a mark. */
async function loginPath(
  shell: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (process.platform === 'win32' || !shell?.startsWith('/')) return '';
  const script = `printf '%s%s%s' '${mark}' "$PATH" '${mark}'`;
  const { stdout } = await run([shell, '-lc', script], {
    timeoutMs: 3_000,
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return { stdout: '' };
  });
  return stdout.split(mark)[1] ?? '';
}

async function firstOf(
  folders: readonly string[],
  names: readonly string[],
): Promise<string | null> {
  const ending = process.platform === 'win32' ? '.exe' : '';
  for (const folder of folders) {
    for (const name of names) {
      const file = join(folder, `${name}${ending}`);
      const there = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there) return file;
    }
  }
  return null;
}

/**
 * What the tools find in their environment: the learner's own, with a fixed language, so that what is read does not depend on
 * theirs. C alone gave empty answers on VirtualBox 7.0.
 */
export function toolEnvironment(path: string, from: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(ELECTRON_|HOPLAB_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), PATH: path, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
}
