/** The composition root, in plain Node: builds the services and answers the contract. Knows no Electron. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backend } from './backends/backend.ts';
import { makeBackends } from './backends/registry.ts';
import type { AppAnnouncer, AppHandlers } from './contract/index.ts';
import { LabFailure, toFailure } from './contract/failure.ts';
import type { Lab } from './contract/lab.ts';
import type { BackendKind } from './contract/session.ts';
import { checkHealth } from './health/health.ts';
import { ReadMemory } from './labs/read-memory.ts';
import { Observer } from './observe/observer.ts';
import { openLog } from './platform/log.ts';
import { Notices } from './platform/notices.ts';
import { writeLogBundle } from './platform/log-bundle.ts';
import { defaultCacheDir } from './platform/paths.ts';
import { SettingsStore } from './platform/settings.ts';
import { memoryJournal } from './rules/journal.ts';
import { emptyProgress, ProgressStore } from './session/progress.ts';
import { Session } from './session/session.ts';
import { sessionNews, type Announce } from './session/session-news.ts';
import { Shelf } from './session/shelf.ts';
import type { PtyHostClient } from './terminals/client.ts';
import { hostOf } from './world/plan.ts';

export interface HoplabApp {
  handlers: AppHandlers;
  connect(announcer: AppAnnouncer): void;
  /** The window's page has gone without a word, or another has taken its place: what it watched, nobody watches. */
  pageGone(): void;
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
}

export async function createApp(options: AppOptions): Promise<HoplabApp> {
  const app = new App(options);
  await app.open();
  return app;
}

class App implements HoplabApp {
  private announcer: AppAnnouncer | null = null;
  private session: Session | null = null;
  private opening: Promise<void> | null = null;
  private settings!: SettingsStore;
  private readonly log;
  private readonly shelf: Shelf;
  private readonly notices: Notices;
  private readonly progress: ProgressStore;
  private readonly backends: Record<BackendKind, Backend>;
  private readonly observer: Observer;
  private readonly cacheDir: string;

  constructor(private readonly options: AppOptions) {
    this.log = openLog(options.dataDir);
    this.cacheDir = options.cacheDir ?? defaultCacheDir();
    this.progress = new ProgressStore(join(options.dataDir, 'progress'), (error) => {
      this.complain('Your progress could not be saved', error);
    });
    this.shelf = new Shelf(
      [options.bundledLabs, join(options.dataDir, 'labs')],
      this.progress,
      new ReadMemory(join(this.cacheDir, 'labs'), options.build),
    );
    this.notices = new Notices((list) => {
      this.announce((to) => {
        to.app.notices(list);
      });
    });
    this.backends = makeBackends({
      cacheDir: this.cacheDir,
      dataDir: options.dataDir,
      ask: (argv) => {
        const { terminals, lab } = this.running();
        return terminals.program(hostOf(lab), argv, 'Permission · sudo');
      },
      siblings: () => this.shelf.labs(),
      shell: () => this.settings.get().shell,
      onLabChange: (_, to) => {
        void this.session?.becomeLab(to).then(() => this.announceLabs());
      },
    });
    this.observer = new Observer({
      transport: (node) => this.running().transport(node),
      context: () => ({ lab: this.running().lab, state: this.running().state() }),
      changed: (view) => {
        this.announce((to) => {
          to.network.view(view);
        });
      },
    });
  }

  async open(): Promise<void> {
    const { dataDir } = this.options;
    await mkdir(dataDir, { recursive: true });
    this.settings = await SettingsStore.open(dataDir, (error) => {
      this.complain('Your settings could not be saved', error);
    });
    if (this.settings.putAside)
      this.notices.tell(
        'warning',
        'The settings file could not be read',
        `Hoplab began with the usual settings. The old file is ${this.settings.putAside}.`,
      );
    await this.shelf.read();
    this.log.info(
      `Hoplab ${this.options.version} started with ${String(this.shelf.labs().length)} labs`,
    );
  }

  get hasRunningLab(): boolean {
    return this.session !== null;
  }

  connect(announcer: AppAnnouncer): void {
    this.announcer = announcer;
  }

  pageGone(): void {
    this.observer.unwatchAll();
  }

  async dispose(): Promise<void> {
    this.observer.dispose();
    await this.closeSession();
    await Promise.all([this.settings.settled(), this.progress.settled()]);
  }

  readonly handlers: AppHandlers = {
    app: {
      snapshot: async () => ({
        version: this.options.version,
        electron: this.options.electron,
        platform: `${process.platform} ${process.arch}`,
        labs: await this.shelf.summaries(),
        settings: this.settings.get(),
        session: this.session?.state() ?? null,
        terminals: this.session?.terminals.list() ?? [],
        notices: this.notices.list,
        glossary: this.shelf.glossary,
      }),
      openExternal: async ({ url }) => ({ opened: await this.options.openExternal(url) }),
      logBundle: async () => ({
        path: await writeLogBundle({
          dataDir: this.options.dataDir,
          versions: {
            hoplab: this.options.version,
            electron: this.options.electron,
            node: process.version,
          },
          health: await checkHealth({ cacheDir: this.cacheDir }),
          logFile: this.log.file,
        }),
      }),
      dismiss: ({ noticeId }) => done(() => this.notices.dismiss(noticeId)),
    },
    session: {
      open: ({ labId, fresh, backend }) => this.openLab(labId, fresh, backend),
      allow: () => this.running().allow(),
      disallow: () => this.running().disallow(),
      close: async () => {
        await this.closeSession();
        this.announce((to) => {
          to.session.changed(null);
        });
        await this.announceLabs();
      },
      show: ({ step }) => done(() => this.running().show(step)),
      goTo: ({ step }) => this.running().goTo(step),
      resetStep: () => this.running().resetStep(),
      showMe: ({ step }) => this.running().showMe(step),
      cancel: () => done(() => this.session?.cancel()),
      answer: ({ prediction, choice }) => done(() => this.running().choose(prediction, choice)),
      note: ({ text }) => done(() => this.running().note(text)),
    },
    rules: {
      apply: ({ ruleId }) => this.running().change((rules) => rules.apply(ruleId)),
      undo: ({ ruleId }) => this.running().change((rules) => rules.undo(ruleId)),
      applyAll: () => this.running().change((rules, step) => rules.applyAll(step.rules)),
      undoAll: () => this.running().change((rules) => rules.undoAll()),
    },
    network: {
      watch: ({ node, panel }) => done(() => this.observer.watch(node, panel)),
      unwatch: ({ node, panel }) => done(() => this.observer.unwatch(node, panel)),
    },
    terminal: {
      open: ({ node, path }) =>
        this.running().terminals.open(node, { ...(path !== undefined && { path }) }),
      close: ({ id }) => done(() => this.session?.terminals.close(id)),
    },
    settings: {
      set: (changes) => {
        const value = this.settings.set(changes);
        this.announce((to) => {
          to.settings.changed(value);
        });
        return Promise.resolve(value);
      },
    },
    health: { check: () => checkHealth({ cacheDir: this.cacheDir }) },
  };

  /** Opens a lab where the learner left it, or at its first step. One at a time. */
  private async openLab(labId: string, fresh: boolean, kind?: BackendKind): Promise<void> {
    if (this.opening) throw new LabFailure('busy', 'A lab is being opened.');
    const lab = this.shelf.lab(labId);
    const backend = this.backends[kind ?? this.settings.get().backend];
    this.opening = this.startSession(lab, backend, fresh);
    try {
      await this.opening;
    } finally {
      this.opening = null;
    }
  }

  private async startSession(lab: Lab, backend: Backend, fresh: boolean): Promise<void> {
    await this.closeSession();
    const { value, putAside } = await this.progress.load(lab.id);
    if (putAside)
      this.notices.tell(
        'warning',
        `The progress of “${lab.title}” could not be read`,
        `It begins at the first step. The old file is ${putAside}.`,
      );
    const progress = fresh ? { ...emptyProgress(), note: value.note } : value;
    const resumeAt = progress.step ?? 0;
    progress.step ??= 0;
    const session: Session = new Session(
      lab,
      {
        backend,
        ptyHost: this.options.ptyHost,
        progress: this.progress,
        // A sandbox ends with the app, however that ends: nothing on disk could be taken back afterwards.
        journal: () => Promise.resolve(memoryJournal()),
        ...sessionNews({
          announce: this.announce,
          isShown: () => this.session === session,
          notices: this.notices,
          log: this.log,
        }),
        nodesChanged: () => {
          this.observer.nodesChanged();
        },
      },
      progress,
    );
    this.session = session;
    this.progress.save(lab.id, structuredClone(progress));
    try {
      await session.start();
      for (const { title, text } of backend.remarks?.(lab) ?? [])
        this.notices.tell('info', title, text);
      if (resumeAt > 0) await session.goTo(resumeAt);
    } catch (error) {
      this.log.error(toFailure(error).message);
      if (session.phase.phase === 'failed') this.session = null;
      this.announce((to) => {
        to.session.changed(this.session?.state() ?? null);
      });
      throw error;
    } finally {
      await this.announceLabs();
    }
  }

  private async closeSession(): Promise<void> {
    const { session } = this;
    if (!session) return;
    this.observer.unwatchAll();
    await session.stop();
    if (this.session === session) this.session = null;
  }

  private running(): Session {
    if (!this.session) throw new LabFailure('node-down', 'No lab is running.');
    return this.session;
  }

  private complain(title: string, error: unknown): void {
    const { message } = toFailure(error);
    this.log.error(`${title}: ${message}`);
    this.notices.tell('error', title, message);
  }

  private async announceLabs(): Promise<void> {
    await this.progress.settled();
    const labs = await this.shelf.summaries();
    this.announce((to) => {
      to.app.labs(labs);
    });
  }

  private readonly announce: Announce = (act) => {
    if (this.announcer) act(this.announcer);
  };
}

/** A call that is answered at once; what it throws becomes the answer. */
function done(act: () => void): Promise<void> {
  return new Promise((resolve) => {
    act();
    resolve();
  });
}
