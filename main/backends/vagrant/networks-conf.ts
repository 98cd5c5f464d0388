/**
 * Which host-only addresses VirtualBox allows: /etc/vbox/networks.conf, by the rules of VBoxNetAdpCtl.cpp (since 6.1.28). Pure.
 */
import { Cidr } from '../../contract/names.ts';
import { toSubnet } from '../../labs/ipv4.ts';

/** In force only while the file does not exist. */
const usual = ['192.168.56.0/21'];

export interface AllowedRanges {
  ranges: string[];
  /** Words that are no network, by line: VirtualBox warns of them and goes on. */
  mistakes: { line: number; word: string }[];
}

/** `text` is null when there is no file. An existing file replaces the usual range, even an empty one. */
export function allowedRanges(text: string | null): AllowedRanges {
  if (text === null) return { ranges: usual, mistakes: [] };
  const found: AllowedRanges = { ranges: [], mistakes: [] };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!line.startsWith('*')) continue;
    for (const word of line.slice(1).split(/\s+/).filter(Boolean)) {
      if (word.includes(':')) continue;
      if (Cidr.safeParse(word).success) found.ranges.push(word);
      else found.mistakes.push({ line: index + 1, word });
    }
  }
  return found;
}

/** Whether an interface with this network may be made: it must lie inside a range, whose prefix is at most as long. */
export function isAllowed(subnet: string, ranges: readonly string[]): boolean {
  const wanted = toSubnet(subnet);
  return ranges.some((range) => {
    const { network, broadcast, prefix } = toSubnet(range);
    return prefix <= wanted.prefix && network <= wanted.network && wanted.broadcast <= broadcast;
  });
}
