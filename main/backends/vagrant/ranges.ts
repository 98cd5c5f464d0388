/** Host-only networks VirtualBox would refuse here are moved to one it allows, before anything is started. */
import { readFile } from 'node:fs/promises';
import { LabFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import { toSubnet } from '../../labs/ipv4.ts';
import type { Uplink } from './host-facts.ts';
import { allowedRanges, isAllowed } from './networks-conf.ts';

const file = '/etc/vbox/networks.conf';
/** /24 networks of the range that is always allowed without a file. */
const candidates = Array.from({ length: 8 }, (_, n) => `192.168.${String(56 + n)}.0/24`);

/** Free of the networks this computer is on. */
export function freeRange(uplinks: readonly Uplink[]): string[] {
  return candidates.filter((candidate) =>
    uplinks.every(({ subnet }) => !overlap(candidate, subnet)),
  );
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [toSubnet(a), toSubnet(b)];
  return one.network <= other.broadcast && other.network <= one.broadcast;
}

/**
 * Lab network → the subnet it gets instead; empty when all are allowed. Rejects with `not-permitted` when none of `free` is
 * allowed either. The file's rules hold on Linux and, before VirtualBox 7, on macOS (VBoxNetAdpCtl.cpp).
 */
export async function moveIfRefused(
  lab: Lab,
  free: readonly string[],
): Promise<Record<string, string>> {
  if (process.platform === 'win32') return {};
  const { ranges } = allowedRanges(await readFile(file, 'utf8').catch(() => null));
  const moved: Record<string, string> = {};
  const left = free.filter((subnet) => isAllowed(subnet, ranges));
  for (const [id, { mode, subnet }] of Object.entries(lab.networks)) {
    if (mode !== 'host-only' || isAllowed(subnet, ranges)) continue;
    const instead = left.shift();
    if (instead === undefined)
      throw new LabFailure(
        'not-permitted',
        `VirtualBox does not allow the lab’s network ${subnet} on this computer.`,
        `Add this line to ${file}: * ${subnet}`,
      );
    moved[id] = instead;
  }
  return moved;
}
