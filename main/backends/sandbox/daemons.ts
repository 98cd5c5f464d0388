/**
 * Daemons the labs run inside: sshd, nginx, systemd-resolved. One that the system has is used; otherwise
 * its Debian package is downloaded and *unpacked* into the app's cache, never installed, because
 * installing it would start a service on the learner's machine.
 */
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFailure } from '../../contract/failure.ts';
import { run } from '../../platform/run.ts';
import type { Daemons } from '../../world/daemons.ts';

export type DaemonName = 'sshd' | 'nginx' | 'resolved';

export interface FoundDaemons extends Daemons {
  /** The cache folder, bound at /opt/hoplab/daemons; null when every daemon is the system's own. */
  folder: string | null;
  missing: DaemonName[];
}

const wanted: Record<DaemonName, { file: string; packages: string[] }> = {
  sshd: { file: 'usr/sbin/sshd', packages: ['openssh-server', 'libwtmpdb0', 'libwrap0'] },
  nginx: { file: 'usr/sbin/nginx', packages: ['nginx', 'nginx-common', 'nginx-core'] },
  resolved: {
    file: 'usr/lib/systemd/systemd-resolved',
    packages: ['systemd-resolved', 'libsystemd-shared'],
  },
};

const inside = '/opt/hoplab/daemons';
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Finds the daemons without downloading anything. */
export async function findDaemons(cache: string): Promise<FoundDaemons> {
  const folder = join(cache, 'daemons');
  const unpacked = await exists(join(folder, 'complete'));
  const place = async (file: string): Promise<string | null> => {
    if (await exists(`/${file}`)) return `/${file}`;
    return unpacked && (await exists(join(folder, file))) ? `${inside}/${file}` : null;
  };
  const [sshd, nginx, resolved, resolvectl] = await Promise.all([
    place(wanted.sshd.file),
    place(wanted.nginx.file),
    place(wanted.resolved.file),
    place('usr/bin/resolvectl'),
  ]);
  const found = { sshd, nginx, resolved };
  const libraries = unpacked ? await libraryFolders(folder) : [];
  return {
    folder: unpacked ? folder : null,
    ...found,
    resolvectl,
    libraries: libraries.map((path) => `${inside}/${path}`).join(':'),
    missing: (Object.keys(wanted) as DaemonName[]).filter((name) => !found[name]),
  };
}

async function libraryFolders(folder: string): Promise<string[]> {
  const result: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    for (const name of await readdir(join(folder, base)).catch(() => [] as string[])) {
      if (!name.includes('-linux-')) continue;
      result.push(`${base}/${name}`);
      if (await exists(join(folder, base, name, 'systemd'))) result.push(`${base}/${name}/systemd`);
    }
  }
  return result;
}

/**
 * Downloads and unpacks what is missing (apt-get download needs no root), all or nothing: a folder is
 * moved into place when it is complete. Rejects with `tool-missing` where there is no apt or no network.
 */
export async function fetchDaemons(
  cache: string,
  log: (line: string) => void,
): Promise<FoundDaemons> {
  const before = await findDaemons(cache);
  if (before.missing.length === 0) return before;
  if (!(await exists('/usr/bin/apt-get'))) {
    throw new LabFailure(
      'tool-missing',
      `Not found: ${before.missing.join(', ')}.`,
      'Install openssh-server, nginx and systemd-resolved with your package manager; Hoplab downloads them by itself only on Debian and Ubuntu.',
    );
  }
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'unpack-'));
  try {
    const known = await availablePackages(before.missing.flatMap((name) => wanted[name].packages));
    log(`Downloading ${known.join(', ')} (unpacked into Hoplab's cache, not installed) …`);
    const download = await run(['apt-get', 'download', '-q', ...known], {
      cwd: work,
      timeoutMs: 300_000,
    });
    if (download.code !== 0)
      throw new LabFailure(
        'tool-missing',
        'The daemons of the labs could not be downloaded.',
        'Check the connection, run apt-get update as root, and start again.',
        download.stderr,
      );
    const folder = join(work, 'root');
    for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      const unpack = await run(['dpkg', '-x', join(work, file), folder]);
      if (unpack.code !== 0)
        throw new LabFailure(
          'command-failed',
          `${file} cannot be unpacked.`,
          undefined,
          unpack.stderr,
        );
    }
    await writeFile(join(folder, 'complete'), `${known.join('\n')}\n`);
    await rm(join(cache, 'daemons'), { recursive: true, force: true });
    await rename(folder, join(cache, 'daemons'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return findDaemons(cache);
}

/** Names differ between releases; only those the package lists hold are asked for. */
export async function availablePackages(names: string[]): Promise<string[]> {
  const { stdout } = await run(['apt-cache', 'policy', ...names]);
  const known: string[] = [];
  for (const block of stdout.split(/^(?=\S)/m)) {
    const name = /^([^:\s]+):/.exec(block)?.[1];
    if (name && !/Candidate: \(none\)/.test(block)) known.push(name);
  }
  return known;
}

/** nginx's own welcome page, from the unpacked package or the system's. */
export async function welcomePage(daemons: FoundDaemons): Promise<string> {
  const places = [
    daemons.folder && join(daemons.folder, 'usr/share/nginx/html/index.html'),
    '/usr/share/nginx/html/index.html',
  ];
  for (const path of places) {
    if (path && (await exists(path))) return readFile(path, 'utf8');
  }
  return '<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n';
}
