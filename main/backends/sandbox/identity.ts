/**
 * As whom the sandbox runs. Inside, it is always uid 0 of a user namespace of its own; outside, that is
 * the learner, or, when the app itself runs as root, a number nobody has: never the real root.
 */
import { access, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { LabFailure } from '../../contract/failure.ts';
import { run } from '../../platform/run.ts';

/** Above systemd-nspawn's container range (systemd UIDS-GIDS.md), so that it meets nobody's. */
const rootsRange = 1_879_048_192;
const rangeSize = 65_536;

export interface Identity {
  /** Flags of unshare(1) that make the user namespace. */
  flags: readonly string[];
  /** Whether users other than 0 exist inside: without them nobody can log in over ssh. */
  ranged: boolean;
  /** What to do about a missing range, or null. */
  advice: string | null;
}

/** Version of util-linux, as far as it matters here. */
export interface UtilLinux {
  major: number;
  minor: number;
}

/** Finds out how the user namespace can be made. Rejects only where root would have to be the real root. */
export async function identify(): Promise<Identity> {
  const { uid, username } = userInfo();
  const [{ stdout }, missing] = await Promise.all([
    run(['unshare', '--version']),
    uid === 0 ? null : whatTheRangeLacks(username, uid),
  ]);
  return identityFor(uid, parseVersion(stdout), missing);
}

export function parseVersion(text: string): UtilLinux {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(text) ?? [];
  return { major: Number(major), minor: Number(minor) };
}

/**
 * Flags of unshare(1) for this user. Ranges of ids came with util-linux 2.38, which wants outer,inner,count;
 * from 2.39 on it is inner:outer:count. Throws `tool-missing` for root before 2.38: never the real root.
 */
export function identityFor(uid: number, version: UtilLinux, missing: string | null): Identity {
  const atLeast = (minor: number): boolean =>
    version.major > 2 || (version.major === 2 && version.minor >= minor);
  const name = `${String(version.major)}.${String(version.minor)}`;
  if (uid === 0) {
    if (!atLeast(38))
      throw new LabFailure(
        'tool-missing',
        `util-linux ${name} cannot give root another id inside.`,
        'Start Hoplab as an ordinary user, or bring util-linux 2.38 or later.',
      );
    const map = atLeast(39)
      ? `0:${String(rootsRange)}:${String(rangeSize)}`
      : `${String(rootsRange)},0,${String(rangeSize)}`;
    return {
      flags: ['--user', `--map-users=${map}`, `--map-groups=${map}`, '--setuid=0', '--setgid=0'],
      ranged: true,
      advice: null,
    };
  }
  const lacks =
    missing ??
    (atLeast(38)
      ? null
      : `util-linux ${name} knows one user id only: 2.38 or later brings the rest`);
  if (lacks) return { flags: ['--user', '--map-root-user'], ranged: false, advice: lacks };
  return { flags: ['--user', '--map-root-user', '--map-auto'], ranged: true, advice: null };
}

async function whatTheRangeLacks(username: string, uid: number): Promise<string | null> {
  const tool = ['/usr/bin/newuidmap', '/bin/newuidmap', '/usr/local/bin/newuidmap'];
  const found = await Promise.all(
    tool.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!found.some(Boolean)) return 'newuidmap is missing: install the package uidmap';
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const has = text
      .split('\n')
      .some((line) => line.startsWith(`${username}:`) || line.startsWith(`${String(uid)}:`));
    if (!has)
      return `${file} has no range for ${username}: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}`;
  }
  return null;
}
