/** What a learner is asked before a lab opens on their computer, and what the answers mean. Pure. */
import { LabFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import type { Answers, Choice, Question } from '../../contract/questions.ts';
import type { RightsState } from '../../contract/session.ts';
import { lanOf } from './adapt.ts';
import { linesToAllow, rangesFile, type Refused } from './ranges.ts';
import { hasRouter, idOf, type LanUplink, type Uplink, type UplinkKind } from './uplinks.ts';

export interface Asked {
  uplinks: readonly Uplink[];
  refused: readonly Refused[];
  /** Text of /etc/vbox/networks.conf; null when there is none. */
  conf: string | null;
  /** Who asks for the password. */
  how: RightsState['how'];
  /** Whether lines can be added to that file here. */
  canAllow: boolean;
}

/** Only what has more than one answer here. */
export function questionsOf(lab: Lab, asked: Asked): Question[] {
  return [lanQuestion(lab, asked.uplinks), rangeQuestion(asked)].filter(
    (question) => question !== null,
  );
}

const words: Record<UplinkKind, string> = {
  ethernet: 'Ethernet',
  wifi: 'Wi-Fi',
  mobile: 'Mobile',
  ppp: 'PPP',
  vpn: 'VPN',
};

const noRouter =
  'It leads to one far end and has no router of a network. The lab’s steps ask such a router, so it cannot be the LAN.';

function lanQuestion(lab: Lab, uplinks: readonly Uplink[]): Question | null {
  const chosen = uplinks.find(hasRouter);
  if (lanOf(lab).length === 0 || uplinks.length < 2 || !chosen) return null;
  const [taken] = uplinks;
  const past =
    taken && !hasRouter(taken)
      ? ` While ${taken.device} takes what is for the internet, that passes the lab’s rules by: switch it off for the steps that reach the internet.`
      : '';
  return {
    id: 'lan',
    title: 'Which network is the lab’s LAN?',
    about: `This computer has several ways out. The lab’s texts and rules name the one you choose.${past}`,
    choices: uplinks.map((uplink, index): Choice => ({
      id: idOf(uplink),
      label: uplink.device,
      tag: words[uplink.kind],
      facts: [
        { name: 'Address', value: uplink.address },
        { name: 'Router', value: uplink.gateway ?? 'none' },
      ],
      about: index === 0 ? 'What is for the internet goes this way now.' : null,
      lines: [],
      obstacle: hasRouter(uplink) ? null : noRouter,
    })),
    chosen: idOf(chosen),
  };
}

/** The way out the lab takes for its LAN: the one chosen, else the first the kernel would take that has a router. */
export function lanOfAnswers(uplinks: readonly Uplink[], answers: Answers): LanUplink | null {
  const routers = uplinks.filter(hasRouter);
  return routers.find((uplink) => idOf(uplink) === answers['lan']) ?? routers[0] ?? null;
}

const whoAsks: Record<RightsState['how'], string> = {
  root: 'Hoplab runs as root here, so nobody asks for a password.',
  dialog: 'Your desktop asks for the password of an administrator, once for this lab.',
  terminal: 'sudo asks for your password in a terminal of this window, once for this lab.',
};

function rangeQuestion({ refused, conf, how, canAllow }: Asked): Question | null {
  if (refused.length === 0 || !canAllow) return null;
  const wanted = refused.map(({ subnet }) => subnet);
  const instead = refused.flatMap((one) => one.instead ?? []);
  const isEnough = instead.length === refused.length;
  return {
    id: 'range',
    title: 'Which addresses may the host-only network have?',
    about: `VirtualBox does not allow the article’s ${wanted.join(' and ')} on this computer.`,
    choices: [
      {
        id: 'moved',
        label: isEnough ? instead.join(' and ') : 'Another range',
        tag: 'nothing is changed',
        facts: [],
        about: isEnough
          ? 'Texts, commands and rules here say these addresses in place of the article’s.'
          : null,
        lines: [],
        obstacle: isEnough ? null : 'No range that VirtualBox allows is free here.',
      },
      {
        id: 'article',
        label: wanted.join(' and '),
        tag: 'needs your permission',
        facts: [],
        about: `The article’s addresses. Hoplab adds these lines to ${rangesFile}, and takes them away when the lab ends, also when Hoplab is killed. ${whoAsks[how]} The same permission then serves the lab’s rules.`,
        lines: linesToAllow(conf, wanted),
        obstacle: null,
      },
    ],
    chosen: isEnough ? 'moved' : 'article',
  };
}

export interface Ranges {
  /** Lab network → the subnet it gets instead. */
  moved: Record<string, string>;
  /** Subnets that VirtualBox must be told to allow. */
  allow: string[];
}

/** Throws `not-permitted` when nothing is left but to edit the file, and nobody has agreed to that. */
export function rangesOfAnswers(refused: readonly Refused[], answers: Answers): Ranges {
  if (answers['range'] === 'article')
    return { moved: {}, allow: refused.map(({ subnet }) => subnet) };
  const moved: Record<string, string> = {};
  for (const { network, subnet, instead } of refused) {
    if (instead === null)
      throw new LabFailure(
        'not-permitted',
        `VirtualBox does not allow the lab’s network ${subnet} on this computer.`,
        `Add this line to ${rangesFile}: * ${subnet}`,
      );
    moved[network] = instead;
  }
  return { moved, allow: [] };
}
