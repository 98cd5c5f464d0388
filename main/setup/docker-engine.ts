/**
 * A Docker engine, and a root file system made of Debian packages, for the tests of the backend `docker`. Both are downloaded and
 * *unpacked* into the cache, never installed: installing docker.io starts a service. Debian and Ubuntu only.
 */
import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { availablePackages } from '../backends/sandbox/daemons.ts';
import { LabFailure } from '../contract/failure.ts';
import { run, type Argv } from '../platform/run.ts';

const enginePackages = ['docker.io', 'docker-cli', 'containerd', 'runc', 'tini'];

/** What the image's Dockerfile looks for, so that building it here needs no network. */
const basePackages = [
  ...[
    'base-files',
    'base-passwd',
    'bash',
    'coreutils',
    'dash',
    'sed',
    'grep',
    'mawk',
    'tar',
    'gzip',
  ],
  ...[
    'findutils',
    'hostname',
    'less',
    'libc-bin',
    'login',
    'mount',
    'ncurses-base',
    'passwd',
    'procps',
  ],
  ...[
    'util-linux',
    'bsdutils',
    'iproute2',
    'iptables',
    'nftables',
    'net-tools',
    'iputils-ping',
    'traceroute',
  ],
  ...[
    'curl',
    'inetutils-telnet',
    'ethtool',
    'jq',
    'tcpdump',
    'conntrack',
    'busybox',
    'dnsmasq-base',
  ],
  ...['openssh-client', 'openssh-server', 'slirp4netns', 'socat', 'nginx', 'systemd-resolved'],
];

/** What the packages' own scripts would do, which are not run: the links they make. */
const finish = `set -e
link() { [ -e "$root/usr/sbin/$1" ] || [ -e "$root/usr/bin/$1" ] || ln -s "$2" "$root/usr/bin/$1"; }
for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do ln -sf xtables-nft-multi "$root/usr/sbin/$name"; done
link awk mawk; link telnet inetutils-telnet; link traceroute traceroute.db; link sh dash
rm -rf "$root/var/run"; ln -s /run "$root/var/run"
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/usr/share/info
for name in tmp var/tmp root home run proc sys dev; do mkdir -p "$root/$name"; done
chmod 1777 "$root/tmp" "$root/var/tmp"; chmod 700 "$root/root"
tar -C "$root" -cf base.tar .; rm -rf "$root"`;

/** Root file systems have /bin and its like as links since Debian 12; packages may still bring files below them. */
const unpack = `set -e
root=$1; shift; mkdir -p "$root/usr"
for name in bin sbin lib lib64; do mkdir -p "$root/usr/$name"; ln -s "usr/$name" "$root/$name"; done
for file; do dpkg-deb --fsys-tarfile "$file" | tar -x --no-same-owner --keep-directory-symlink -C "$root"; done`;

export interface EngineParts {
  /** Folders of dockerd, containerd, runc and the client, for PATH. */
  path: string[];
  /** A root file system, for `docker import`. */
  base: string;
}

/** Finds what was brought; null when it was not. */
export async function findEngineParts(cacheDir: string): Promise<EngineParts | null> {
  const folder = join(cacheDir, 'docker-engine');
  return access(join(folder, 'complete')).then(
    () => ({
      path: [join(folder, 'engine/usr/sbin'), join(folder, 'engine/usr/bin')],
      base: join(folder, 'base.tar'),
    }),
    () => null,
  );
}

/** Brings what is missing, all or nothing. Rejects with `tool-missing` where there is no apt or no network. */
export async function bringEngineParts(
  cacheDir: string,
  log: (line: string) => void,
): Promise<EngineParts> {
  const found = await findEngineParts(cacheDir);
  if (found) return found;
  log('Downloading a Docker engine for the tests (unpacked into the cache, not installed) …');
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'engine-'));
  const must = async (argv: Argv): Promise<void> => {
    const result = await run(argv, { cwd: work, timeoutMs: 300_000 });
    if (result.code !== 0)
      throw new LabFailure(
        'tool-missing',
        'The Docker engine of the tests could not be downloaded.',
        'It takes Debian or Ubuntu, and a connection to its package mirror.',
        result.stderr,
      );
  };
  try {
    const debs = async (folder: string): Promise<string[]> =>
      (await readdir(join(work, folder)))
        .filter((name) => name.endsWith('.deb'))
        .map((name) => join(work, folder, name));
    await mkdir(join(work, 'engine-debs'));
    const known = await availablePackages(enginePackages);
    await must(['bash', '-c', 'cd engine-debs && apt-get download -q "$@"', '-', ...known]);
    await must(['bash', '-c', unpack, '-', 'engine', ...(await debs('engine-debs'))]);
    // As if nothing were installed, so that everything they need comes along.
    await mkdir(join(work, 'base-debs/partial'), { recursive: true });
    await writeFile(join(work, 'no-status'), '');
    await must([
      'apt-get',
      'install',
      '-y',
      '-q',
      '--no-install-recommends',
      '--download-only',
      ...[
        '-o',
        `Dir::State::status=${work}/no-status`,
        '-o',
        `Dir::Cache::archives=${work}/base-debs`,
      ],
      ...['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User=root'],
      ...(await availablePackages(basePackages)),
    ]);
    await must(['bash', '-c', unpack, '-', 'root', ...(await debs('base-debs'))]);
    await must(['bash', '-c', `root=root\n${finish}`]);
    await Promise.all(
      ['engine-debs', 'base-debs', 'no-status'].map((name) =>
        rm(join(work, name), { recursive: true }),
      ),
    );
    await writeFile(join(work, 'complete'), '');
    await chmod(work, 0o755);
    await rm(join(cacheDir, 'docker-engine'), { recursive: true, force: true });
    await rename(work, join(cacheDir, 'docker-engine'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const brought = await findEngineParts(cacheDir);
  if (!brought) throw new LabFailure('internal', 'the engine was brought and is not there');
  return brought;
}
