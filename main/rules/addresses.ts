/** The IPv4 addresses of an interface as a list. */
import { z } from 'zod';
import type { Argv, Transport } from '../transports/transport.ts';
import { must, parseJsonList } from './exec.ts';
import { AddressEntry } from './inverse.ts';

/** What iproute2 prints for "for ever" (INFINITY_LIFE_TIME in linux/if_addr.h). */
const forever = 4294967295;

const Raw = z.object({
  addr_info: z
    .array(
      AddressEntry.omit({ valid: true, preferred: true })
        .extend({ valid_life_time: z.number(), preferred_life_time: z.number() })
        .loose(),
    )
    .default([]),
});

/** In the kernel's order. Rejects with LabFailure when there is no such interface. */
export async function readAddresses(transport: Transport, device: string): Promise<AddressEntry[]> {
  const text = await must(transport, ['ip', '-4', '-j', 'addr', 'show', 'dev', device]);
  return parseJsonList(text).flatMap((item) => {
    const raw = Raw.safeParse(item);
    if (!raw.success) return [];
    return raw.data.addr_info.map(({ valid_life_time: valid, preferred_life_time, ...rest }) => {
      const limited = valid === forever ? {} : { valid, preferred: preferred_life_time };
      return AddressEntry.strip().parse({ ...rest, ...limited });
    });
  });
}

export const printAddress = ({ local, prefixlen }: AddressEntry) => `${local}/${String(prefixlen)}`;

/** What names an address to `ip addr`: with a peer, the length belongs to the peer. */
function nameWords({ local, address, prefixlen }: AddressEntry): string[] {
  const bits = String(prefixlen);
  return address ? [local, 'peer', `${address}/${bits}`] : [`${local}/${bits}`];
}

function addWords(entry: AddressEntry): string[] {
  const { broadcast, scope, label, noprefixroute, valid, preferred } = entry;
  return [
    ...nameWords(entry),
    ...(broadcast ? ['brd', broadcast] : []),
    ...(scope ? ['scope', scope] : []),
    ...(label ? ['label', label] : []),
    ...(valid !== undefined
      ? ['valid_lft', String(valid), 'preferred_lft', String(preferred)]
      : []),
    ...(noprefixroute ? ['noprefixroute'] : []),
  ];
}

/**
 * Makes the interface's addresses this list, in this order. An address can only be added at the end, so what stands behind
 * the first difference is taken off and put on again.
 */
export async function setAddresses(
  transport: Transport,
  device: string,
  wanted: readonly AddressEntry[],
): Promise<void> {
  const same = (a: AddressEntry | undefined, b: AddressEntry | undefined) =>
    a !== undefined &&
    b !== undefined &&
    printAddress(a) === printAddress(b) &&
    a.address === b.address;
  let now = await readAddresses(transport, device);
  let kept = 0;
  while (same(now[kept], wanted[kept])) kept++;
  for (let extra = now.at(-1); now.length > kept && extra; extra = now.at(-1)) {
    await must(transport, [
      'ip',
      'addr',
      'del',
      ...nameWords(extra),
      'dev',
      device,
    ] as unknown as Argv);
    const left = await readAddresses(transport, device);
    if (left.length >= now.length) break;
    now = left;
  }
  for (const entry of wanted.slice(kept)) {
    await must(transport, [
      'ip',
      'addr',
      'add',
      ...addWords(entry),
      'dev',
      device,
    ] as unknown as Argv);
  }
}
