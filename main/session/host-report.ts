/** What happened to the learner's own computer around a lab that was allowed to change it, as notices. */
import type { Notice } from '../contract/index.ts';
import type { LossNews } from '../rules/losses.ts';
import type { HostReport } from './host-guard.ts';

type Words = [tone: Notice['tone'], title: string, text: string, detail: string | null];

export function reportNotice({ undone, difference, lines }: HostReport): Words {
  const changes =
    undone.length === 0
      ? 'No change had to be taken back.'
      : undone.length === 1
        ? '1 change was taken back.'
        : `${String(undone.length)} changes were taken back.`;
  const detail = [...undone.map((line) => `taken back: ${line}`), ...difference].join('\n') || null;
  if (difference.length === 0)
    return [
      'info',
      'This computer is as it was',
      `${changes} Its firewall and network settings (${String(lines)} lines) were read before and after: no difference.`,
      detail,
    ];
  return [
    'warning',
    'This computer differs from before the lab',
    `${changes} Nothing of Hoplab’s is left. Somebody else changed its firewall or settings meanwhile: the lines that differ are in the details.`,
    detail,
  ];
}

/** Rules that somebody's reload took away: one notice an event, whose details name each. */
export function lossNotice({ title, rules }: LossNews): Words {
  const [first = ''] = rules;
  const gone =
    rules.length === 1
      ? `“${first}” is no longer in force. “Apply again” on its card puts it back.`
      : `${String(rules.length)} rules are no longer in force. “Apply again” on each card puts it back.`;
  return ['warning', title, gone, rules.length === 1 ? null : rules.join('\n')];
}
