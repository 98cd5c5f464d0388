/**
 * As whom the sandbox runs. Inside, it is always uid 0 of a user namespace of its own; outside, that is
 * the learner, or, when the app itself runs as root, a number nobody has: never the real root.
 */
import { access, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
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

/** Finds out how the user namespace can be made. Never fails: the least is a namespace with one user. */
export async function identify(): Promise<Identity> {
  const { uid, username } = userInfo();
  if (uid === 0) {
    const map = await mapFlag(rootsRange);
    return {
      flags: ['--user', `--map-users=${map}`, `--map-groups=${map}`, '--setuid=0', '--setgid=0'],
      ranged: true,
      advice: null,
    };
  }
  const missing = await whatTheRangeLacks(username, uid);
  if (missing) return { flags: ['--user', '--map-root-user'], ranged: false, advice: missing };
  return { flags: ['--user', '--map-root-user', '--map-auto'], ranged: true, advice: null };
}

/** util-linux 2.38 wants outer,inner,count; from 2.39 on it is inner:outer:count (unshare(1)). */
async function mapFlag(outer: number): Promise<string> {
  const { stdout } = await run(['unshare', '--version']);
  const [, major = '2', minor = '0'] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  const old = Number(major) === 2 && Number(minor) < 39;
  return old
    ? `${String(outer)},0,${String(rangeSize)}`
    : `0:${String(outer)}:${String(rangeSize)}`;
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
