/** What is done once inside a machine that has come up: its cards are matched by their MACs, its shells learn to speak up. */
import type { Lab } from '../../contract/lab.ts';
import { InterfaceName } from '../../contract/names.ts';
import type { Transport } from '../../transports/transport.ts';
import { marksFor } from '../../world/shell-files.ts';
import type { GuestCard } from './adapt.ts';
import type { VmCard, VmInfo } from './vbox-output.ts';

interface Link {
  ifname?: string;
  address?: string;
  addr_info?: { family?: string; local?: string }[];
}

/** Read by every login shell (bash(1)), also one that `vagrant ssh` opens. */
const place = '/etc/profile.d/hoplab.sh';

/** Lab network → the card as the guest names it. Rejects while the machine does not answer. */
export async function settleIn(
  transport: Transport,
  lab: Lab,
  node: string,
  info: VmInfo,
): Promise<Record<string, GuestCard>> {
  const { stdout } = await transport.exec(['ip', '-j', 'addr', 'show'], { timeoutMs: 6_000 });
  const links = JSON.parse(stdout) as Link[];
  await transport.exec(['tee', place], { input: marksFor(node), timeoutMs: 6_000 });
  return cardsOf(lab, node, info, links);
}

/** Pure. Lab network → the card, in the order of the lab's interfaces of that kind. */
function pairs(lab: Lab, node: string, info: VmInfo): { network: string; card: VmCard }[] {
  const left = [...info.cards];
  return (lab.nodes[node]?.interfaces ?? []).flatMap(({ network }) => {
    const mode = { nat: 'nat', 'host-only': 'hostonly', internal: 'intnet', bridged: 'bridged' }[
      lab.networks[network]?.mode as string
    ];
    const at = left.findIndex((card) => card.mode.startsWith(mode ?? '?'));
    const [card] = at < 0 ? [] : left.splice(at, 1);
    return card ? [{ network, card }] : [];
  });
}

/**
 * Host-only networks → the interface of this computer that stands for each: VirtualBox takes the next number that is free. On macOS
 * a network has a name that is no interface's. Pure.
 */
export function devicesOf(lab: Lab, node: string, info: VmInfo | null): Record<string, string> {
  const found = info ? pairs(lab, node, info) : [];
  return Object.fromEntries(
    found.flatMap(({ network, card }) =>
      card.mode === 'hostonly' && InterfaceName.safeParse(card.adapter).success
        ? [[network, card.adapter]]
        : [],
    ),
  );
}

/** Lab network → the card as the guest has it. Pure. */
export function cardsOf(
  lab: Lab,
  node: string,
  info: VmInfo,
  links: readonly Link[],
): Record<string, GuestCard> {
  const found: Record<string, GuestCard> = {};
  for (const { network, card } of pairs(lab, node, info)) {
    const link = links.find(({ address }) => address !== undefined && address === card.mac);
    if (!link?.ifname) continue;
    const address = link.addr_info?.find(({ family }) => family === 'inet')?.local;
    found[network] = {
      name: link.ifname,
      mac: card.mac,
      ...(address !== undefined && { address }),
    };
  }
  return found;
}
