/** The proof after a lab that was allowed to change the learner's own computer, as a notice. */
import type { Notice } from '../contract/index.ts';
import type { HostReport } from './host-guard.ts';

type Words = [tone: Notice['tone'], title: string, text: string, detail: string | null];

export function reportNotice({ undone, difference, lines }: HostReport): Words {
  const changes = undone.length === 1 ? '1 change was' : `${String(undone.length)} changes were`;
  const detail = [...undone.map((line) => `taken back: ${line}`), ...difference].join('\n') || null;
  if (difference.length === 0)
    return [
      'info',
      'This computer is as it was',
      `${changes} taken back. Its firewall and network settings (${String(lines)} lines) were read before and after: no difference.`,
      detail,
    ];
  return [
    'warning',
    'This computer differs from before the lab',
    `${changes} taken back, and nothing of Hoplab’s is left. Somebody else changed its firewall or settings meanwhile: ${String(difference.length)} lines differ.`,
    detail,
  ];
}
