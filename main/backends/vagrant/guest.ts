/** What is done once inside a machine that has come up: its cards are matched by their MACs, its shells learn to speak up. */
import type { Lab } from '../../contract/lab.ts';
import type { Transport } from '../../transports/transport.ts';
import { marksFor } from '../../world/shell-files.ts';
import type { GuestCard } from './adapt.ts';
import type { VmInfo } from './vbox-output.ts';

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

/** Pure. Cards of VirtualBox stand in the order of the lab's interfaces of that kind. */
export function cardsOf(
  lab: Lab,
  node: string,
  info: VmInfo,
  links: readonly Link[],
): Record<string, GuestCard> {
  const found: Record<string, GuestCard> = {};
  const left = [...info.cards];
  for (const { network } of lab.nodes[node]?.interfaces ?? []) {
    const mode = { nat: 'nat', 'host-only': 'hostonly', internal: 'intnet', bridged: 'bridged' }[
      lab.networks[network]?.mode as string
    ];
    const at = left.findIndex((card) => card.mode.startsWith(mode ?? '?'));
    const [card] = at < 0 ? [] : left.splice(at, 1);
    const link = links.find(({ address }) => address !== undefined && address === card?.mac);
    if (!card || !link?.ifname) continue;
    const address = link.addr_info?.find(({ family }) => family === 'inet')?.local;
    found[network] = {
      name: link.ifname,
      mac: card.mac,
      ...(address !== undefined && { address }),
    };
  }
  return found;
}
