/** What the composition root is given, and what it gives. */
import type { AppAnnouncer, AppHandlers } from './contract/index.ts';
import type { PtyHostClient } from './terminals/client.ts';

export interface HoplabApp {
  handlers: AppHandlers;
  connect(announcer: AppAnnouncer): void;
  /** The window's page has gone without a word, or another has taken its place: what it watched, nobody watches. */
  pageGone(): void;
  /** Ends everything. Rejects with what could not be taken away and how to do so by hand; nothing else is left to do. */
  dispose(): Promise<void>;
  readonly hasRunningLab: boolean;
}

export interface AppOptions {
  dataDir: string;
  cacheDir?: string;
  bundledLabs: string;
  version: string;
  /** Names this very program; what another one kept of the labs is read again. */
  build: string;
  electron: string;
  ptyHost: PtyHostClient;
  openExternal(url: string): Promise<boolean>;
  /** The learner chooses a folder; null when they chose none. */
  chooseFolder(): Promise<string | null>;
  /** Where the helper says what it has applied to this computer; its usual place when not given. */
  leftovers?: string;
}
