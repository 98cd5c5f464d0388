/** The proof after a lab that was allowed to change the learner's own computer, as a notice. */
import type { Notice } from '../contract/index.ts';
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
