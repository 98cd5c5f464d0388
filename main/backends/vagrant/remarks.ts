/** What is different on this computer from what the lab says, in words for the learner. Pure. */
import type { Lab } from '../../contract/lab.ts';
import type { Remark } from '../backend.ts';
import { hasRouter, type LanUplink, type Uplink } from './uplinks.ts';

export interface Found {
  moved: Readonly<Record<string, string>>;
  uplinks: readonly Uplink[];
  /** The one the lab takes for its LAN. */
  uplink: LanUplink | null;
}

export function remarksOf(lab: Lab, found: Found, docker: string | null): Remark[] {
  const remarks: Remark[] = [];
  for (const [id, subnet] of Object.entries(found.moved)) {
    const wanted = lab.networks[id]?.subnet ?? '';
    remarks.push({
      title: `The lab uses ${subnet}`,
      text: `VirtualBox does not allow ${wanted} on this computer. Texts and commands here say ${subnet}. To have the article’s addresses, open the lab again and choose them: Hoplab then allows them while the lab is open.`,
    });
  }
  remarks.push(...lanRemarks(found));
  if (docker !== null) remarks.push({ title: 'There will be no nginx', text: docker });
  return remarks;
}

function lanRemarks({ uplinks, uplink }: Found): Remark[] {
  const [taken] = uplinks;
  if (!taken)
    return [
      {
        title: 'This computer has no way out',
        text: 'There is no default route, so steps that reach the LAN or the internet cannot work.',
      },
    ];
  if (!uplink)
    return [
      {
        title: 'This computer is on no LAN',
        text: `Its only way out, ${taken.device}, leads to one far end and has no router of a network. Steps that ask the LAN’s router cannot work.`,
      },
    ];
  if (uplinks.length === 1) return [];
  const others = uplinks.filter(({ device }) => device !== uplink.device);
  const past =
    taken.device === uplink.device
      ? ''
      : hasRouter(taken)
        ? ` What is for the internet goes by ${taken.device} now, past the lab’s rules.`
        : ` What is for the internet goes by ${taken.device}, a VPN, past the lab’s rules: switch it off for the steps that reach the internet.`;
  return [
    {
      title: `The lab’s LAN is ${uplink.device}`,
      text: `Its router is ${uplink.gateway}. This computer also has ${others.map(({ device }) => device).join(', ')}.${past} To choose another one, stop the lab and open it again.`,
    },
  ];
}
