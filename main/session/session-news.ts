/** What a session tells the window, the log and the notices. */
import type { AppAnnouncer } from '../contract/index.ts';
import type { Notices } from '../platform/notices.ts';
import { lossNotice, reportNotice } from './host-report.ts';
import type { SessionOptions } from './session-options.ts';

/** Nobody listens until a window connects. */
export type Announce = (act: (announcer: AppAnnouncer) => void) => void;

export interface NewsOptions {
  announce: Announce;
  /** False once another session has taken its place. */
  isShown: () => boolean;
  notices: Notices;
  log: { info(line: string): void };
}

export function sessionNews({
  announce,
  isShown,
  notices,
  log,
}: NewsOptions): Pick<
  SessionOptions,
  'changed' | 'terminals' | 'reveal' | 'log' | 'report' | 'lost'
> {
  return {
    changed: (state) => {
      if (!isShown()) return;
      announce((to) => {
        to.session.changed(state);
      });
    },
    terminals: (list) => {
      announce((to) => {
        to.terminal.changed(list);
      });
    },
    reveal: (id) => {
      announce((to) => {
        to.terminal.reveal({ id });
      });
    },
    log: (line) => {
      log.info(line);
      announce((to) => {
        to.session.log({ line });
      });
    },
    report: (report) => {
      notices.tell(...reportNotice(report));
    },
    lost: (news) => {
      if (news.rules.length === 0) notices.withdraw(news.title);
      else notices.tell(...lossNotice(news));
    },
  };
}
