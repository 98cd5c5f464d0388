/** Which Vagrant a VirtualBox needs: Vagrant keeps a hard list of the versions it drives (driver/meta.rb, CHANGELOG.md). Pure. */

export type Version = readonly [major: number, minor: number, patch: number];

/** First Vagrant for each VirtualBox, oldest first. */
const first: [virtualBox: readonly [number, number], vagrant: Version][] = [
  [
    [6, 1],
    [2, 2, 6],
  ],
  [
    [7, 0],
    [2, 3, 2],
  ],
  [
    [7, 1],
    [2, 4, 2],
  ],
  [
    [7, 2],
    [2, 4, 9],
  ],
];

export function parseVagrantVersion(stdout: string): Version | null {
  const [, a, b, c] = /Vagrant (\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  return a === undefined ? null : [Number(a), Number(b), Number(c)];
}

export const atLeast = (version: Version, wanted: Version): boolean => {
  for (const [index, part] of wanted.entries()) {
    const own = version[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
};

export const text = (version: Version): string => version.join('.');

/** It knows VirtualBox 7's host-only networks of macOS, which are no interfaces (CHANGELOG.md). */
const onMac: Version = [2, 3, 4];

/** The Vagrant this VirtualBox needs; null for one newer than the table, of which nobody knows, and for older ones. */
export function vagrantFor(
  major: number,
  minor: number,
  platform: NodeJS.Platform = 'linux',
): Version | null {
  const needed = first.find(([[a, b]]) => a === major && b === minor)?.[1] ?? null;
  if (!needed || platform !== 'darwin' || major < 7) return needed;
  return atLeast(needed, onMac) ? needed : onMac;
}

/** Newer than every VirtualBox of the table: not broken, but tried by nobody. */
export function isUntried(major: number, minor: number): boolean {
  const [[a, b]] = first.at(-1) ?? [[0, 0]];
  return major > a || (major === a && minor > b);
}
