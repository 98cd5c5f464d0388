/** What is different on this computer from what the lab says, in words for the learner. Pure. */
import type { Lab } from '../../contract/lab.ts';
import type { Remark } from '../backend.ts';
import type { Uplink } from './host-facts.ts';

export interface Found {
  moved: Readonly<Record<string, string>>;
  uplinks: readonly Uplink[];
}

export function remarksOf(lab: Lab, { moved, uplinks }: Found, docker: string | null): Remark[] {
  const remarks: Remark[] = [];
  for (const [id, subnet] of Object.entries(moved)) {
    const wanted = lab.networks[id]?.subnet ?? '';
    remarks.push({
      title: `The lab uses ${subnet}`,
      text: `VirtualBox does not allow ${wanted} on this computer. Texts and commands here say ${subnet}. To have the article’s addresses, add the line “* ${wanted}” to /etc/vbox/networks.conf and open the lab again.`,
    });
  }
  const [first, ...others] = uplinks;
  if (!first)
    remarks.push({
      title: 'This computer has no way out',
      text: 'There is no default route, so steps that reach the LAN or the internet cannot work.',
    });
  else if (others.length > 0)
    remarks.push({
      title: `The lab’s LAN is ${first.device}`,
      text: `This computer has several ways out (${uplinks.map(({ device }) => device).join(', ')}). The kernel prefers ${first.device} with the router ${first.gateway}, and so does the lab. Switch the others off to use another one.`,
    });
  if (docker !== null) remarks.push({ title: 'There will be no nginx', text: docker });
  return remarks;
}
