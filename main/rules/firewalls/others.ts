/** Other firewalls on this computer that throw a lab's packets away after iptables has let them by: nothing in iptables helps. */
import { isIptables, type NftChain } from './nft-ruleset.ts';
import { fateInNft } from './nft-walk.ts';
import type { Packet } from './packet.ts';
import { fateIn } from './saved-table.ts';
import type { Around } from './surroundings.ts';

/** Who throws them away, and the way out: a sentence each. */
export interface Obstruction {
  why: string;
  wayOut: string;
}

/**
 * The kernel asks every base chain at the forward hook, one after the other, and an accept in one is no accept in the
 * next, while a drop in any is final (nft(8), "verdict statement"). null when none of them takes these packets.
 */
export function obstruction(around: Around, packets: readonly Packet[]): Obstruction | null {
  const { nft, legacy, usesNft } = around;
  if (packets.some((packet) => fateIn(legacy, 'FORWARD', packet).verdict === 'drop'))
    return {
      why: 'The older iptables (iptables-legacy) throws these packets away in a chain FORWARD of its own, which the kernel asks as well.',
      wayOut: 'Let them by there too: the same command with iptables-legacy in place of iptables.',
    };
  if (!nft) return null;
  for (const chain of nft.chains) {
    if (chain.hook !== 'forward' || !/^(ip|inet)$/.test(chain.family)) continue;
    // Read with iptables-save, which knows its words; with the older one in use, these are not its chains.
    if (usesNft && isIptables(chain) && chain.name === 'FORWARD') continue;
    const dropped = packets.find((packet) => fateInNft(nft, chain, packet) === 'drop');
    if (dropped) return said(chain, dropped);
  }
  return null;
}

function said({ family, table, name, policy }: NftChain, packet: Packet): Obstruction {
  const where = `${family} ${table}`;
  const final = 'A rule in iptables cannot overrule that.';
  if (table === 'firewalld')
    return {
      why: `firewalld rejects these packets in a table of its own (${where}), whatever iptables says. ${final}`,
      wayOut: `Until firewalld is reloaded, this lets them by: sudo firewall-cmd --zone=trusted --add-interface=${packet.in ?? 'INTERFACE'}`,
    };
  if (table === 'docker-bridges' && policy === 'drop')
    return {
      why: `Docker keeps its rules in nftables here (table ${where}), and their policy for packets that are passed on is DROP: Docker sets it when it was Docker that turned forwarding on. ${final}`,
      wayOut:
        'Turn forwarding on before Docker starts (net.ipv4.ip_forward=1 in /etc/sysctl.d), then restart Docker: it leaves the policy at ACCEPT.',
    };
  const conditions = [
    packet.in === null ? '' : ` iifname ${packet.in}`,
    packet.out === null ? '' : ` oifname ${packet.out}`,
  ].join('');
  return {
    why: `Another firewall on this computer (table ${where}, chain ${name}) throws these packets away, whatever iptables says. ${final}`,
    wayOut: `Let them by there too: sudo nft insert rule ${where} ${name}${conditions} accept`,
  };
}
