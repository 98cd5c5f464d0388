/** What the firewall around it means for a rule of a lab, in words for its card. Pure. */
import type { Operation } from '../../contract/operations.ts';
import type { RuleAround } from '../../contract/session.ts';
import { obstruction } from './others.ts';
import { letsThrough, packetsOf } from './packet.ts';
import { takenBefore } from '../placement.ts';
import type { Around } from './surroundings.ts';

/** `on`: whether the operation is in force. null when there is nothing to know. */
export function explainAround(
  operation: Operation,
  lab: readonly Operation[],
  around: Around,
  on: boolean,
): RuleAround | null {
  const rule = letsThrough(operation);
  if (rule === null) return null;
  const packets = packetsOf(operation, lab);
  const notes: string[] = [];
  const other = obstruction(around, packets);
  if (other) notes.push(other.why, other.wayOut);
  const taker = on ? takenBefore(around.filter, operation, lab) : null;
  if (taker) notes.push(`${taker} Undo it and apply it again: then it is put first.`);
  const blocks = notes.length > 0;
  const policy = around.filter.get('FORWARD')?.policy;
  if (!blocks && policy === 'DROP') notes.push(aboutPolicy(around));
  if (!blocks && around.nft?.tables.some(({ name }) => name === 'docker-bridges'))
    notes.push(
      'Docker keeps its own rules in nftables here (table ip docker-bridges), where iptables does not show them, and there is no chain DOCKER-USER. They decide only about Docker’s own networks, so this rule works where it is.',
    );
  return notes.length === 0 ? null : { blocks, text: notes.join(' ') };
}

function aboutPolicy({ filter, nft }: Around): string {
  const has = (begin: string) => [...filter.keys()].some((name) => name.startsWith(begin));
  const inNft = nft?.tables.some(({ name }) => name === 'docker-bridges') === true;
  const who = has('ufw-')
    ? ' (ufw sets that)'
    : has('DOCKER') || inNft
      ? ' (Docker sets that when it is Docker that turns forwarding on)'
      : '';
  const policy = `The policy of FORWARD is DROP here${who}: what no rule lets by is thrown away.`;
  if (!has('DOCKER')) return policy;
  return `${policy} Docker’s own rules are asked first and decide only about Docker’s networks; then comes this one, and it works there.`;
}
