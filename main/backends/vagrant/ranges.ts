/** Host-only networks VirtualBox would refuse here: found before anything is started, with another range for each. */
import { readFile } from 'node:fs/promises';
import type { Lab } from '../../contract/lab.ts';
import { toSubnet } from '../../labs/ipv4.ts';
import { allowedRanges, isAllowed } from './networks-conf.ts';
import type { VboxVersion } from './vbox-output.ts';
import { atLeast } from './versions.ts';

export const rangesFile = '/etc/vbox/networks.conf';
/** /24 networks of the range that is always allowed without a file. */
const candidates = Array.from({ length: 8 }, (_, n) => `192.168.${String(56 + n)}.0/24`);

/** Those that overlap with none of these. Pure. */
export const freeRange = (taken: readonly string[]): string[] =>
  candidates.filter((candidate) => taken.every((subnet) => !overlap(candidate, subnet)));

function overlap(a: string, b: string): boolean {
  const [one, other] = [toSubnet(a), toSubnet(b)];
  return one.network <= other.broadcast && other.network <= one.broadcast;
}

/** A network of the lab that VirtualBox refuses here. */
export interface Refused {
  network: string;
  subnet: string;
  /** The subnet it can have instead; null when no allowed one is free. */
  instead: string | null;
}

/** `conf` is the file's text; null when there is none. Pure. */
export function refusedRanges(lab: Lab, conf: string | null, free: readonly string[]): Refused[] {
  const { ranges } = allowedRanges(withoutOurs(conf));
  const left = free.filter((subnet) => isAllowed(subnet, ranges));
  return Object.entries(lab.networks).flatMap(([network, { mode, subnet }]) =>
    mode !== 'host-only' || isAllowed(subnet, ranges)
      ? []
      : [{ network, subnet, instead: left.shift() ?? null }],
  );
}

/** Lines of a lab of ours that has not ended yet go away with it: nobody may count on them (see the helper's verbs.py). */
export function withoutOurs(conf: string | null): string | null {
  return conf?.replace(/^# Added by Hoplab.*\n\*.*\n?/gm, '') ?? null;
}

/** The rules hold on Linux since 6.1.28 and on macOS before VirtualBox 7 (VBoxNetAdpCtl.cpp; Vagrant's action/network.rb). Pure. */
export function isRestricted(
  platform: NodeJS.Platform,
  { major, minor, patch }: VboxVersion,
): boolean {
  if (!atLeast([major, minor, patch], [6, 1, 28])) return false;
  return platform === 'linux' || (platform === 'darwin' && major < 7);
}

/** Whether the helper would write it: a private network of at most 65536 addresses (words.py). Pure. */
export function canBeAllowed(subnet: string): boolean {
  const { network, broadcast, prefix } = toSubnet(subnet);
  return (
    prefix >= 16 &&
    ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((range) => {
      const around = toSubnet(range);
      return around.network <= network && broadcast <= around.broadcast;
    })
  );
}

/** Null when there is no file. Never rejects. */
export const readRangesFile = (): Promise<string | null> =>
  readFile(rangesFile, 'utf8').catch(() => null);

/** What the file says of VirtualBox's usual range, which holds only while there is no file. */
const usualLine = '* 192.168.56.0/21';

/** Lines that would be written to allow these, as the helper writes them. Pure. */
export function linesToAllow(conf: string | null, subnets: readonly string[]): string[] {
  return [
    ...(conf === null ? [usualLine] : []),
    ...subnets.flatMap((subnet) => [
      '# Added by Hoplab for a lab; taken away at its end.',
      `* ${subnet}`,
    ]),
  ];
}
