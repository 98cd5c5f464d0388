/** What a session is given: where it runs, where it keeps things, and who hears of it. */
import type { Backend } from '../backends/backend.ts';
import type { SessionState } from '../contract/session.ts';
import type { TerminalInfo } from '../contract/terminal.ts';
import type { Journal } from '../rules/journal.ts';
import type { LossNews } from '../rules/losses.ts';
import type { PtyHostClient } from '../terminals/client.ts';
import type { HostReport } from './host-guard.ts';
import type { ProgressKeeper } from './progress.ts';

export interface SessionOptions {
  backend: Backend;
  ptyHost: PtyHostClient;
  progress: ProgressKeeper;
  journal: (labId: string) => Promise<Journal>;
  changed: (state: SessionState) => void;
  terminals: (list: TerminalInfo[]) => void;
  reveal: (id: string) => void;
  log: (line: string) => void;
  /** A node came up or went down: panels that show it read again. */
  nodesChanged: () => void;
  /** The learner's own computer after a lab that was allowed to change it. */
  report: (report: HostReport) => void;
  /** Somebody's reload took rules away from there, or they are back. */
  lost?: (news: LossNews) => void;
}
