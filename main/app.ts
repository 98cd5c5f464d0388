/** The composition root, in plain Node: builds the services and answers the contract. Knows no Electron. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppOptions, HoplabApp } from './app-options.ts';
import type { Backend } from './backends/backend.ts';
import { makeBackends } from './backends/registry.ts';
import { labOfFolder } from './backends/vagrant/folder-lab.ts';
import type { AppAnnouncer, AppHandlers } from './contract/index.ts';
import { LabFailure, toFailure, type Failure } from './contract/failure.ts';
import type { Lab } from './contract/lab.ts';
import type { BackendKind } from './contract/session.ts';
import { checkHealth } from './health/health.ts';
import { ReadMemory } from './labs/read-memory.ts';
import { Observer } from './observe/observer.ts';
import { openLog } from './platform/log.ts';
import { Notices } from './platform/notices.ts';
import { writeLogBundle } from './platform/log-bundle.ts';
import { done } from './platform/done.ts';
import { defaultCacheDir } from './platform/paths.ts';
import { SettingsStore } from './platform/settings.ts';
import { LeftoverWatch } from './rules/elevation/leftover-watch.ts';
import { memoryJournal } from './rules/journal.ts';
import { AnswerMemory } from './session/answer-memory.ts';
import { beginProgress } from './session/begin-progress.ts';
import { ProgressStore } from './session/progress.ts';
import { Session } from './session/session.ts';
import { sessionNews, type Announce } from './session/session-news.ts';
import { Shelf } from './session/shelf.ts';
import { readVagrantfile } from './session/vagrantfile.ts';
import { hostOf } from './world/plan.ts';

export type { AppOptions, HoplabApp };

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
  private readonly leftovers: LeftoverWatch;
  private readonly progress: ProgressStore;
  private readonly answers: AnswerMemory;
  private readonly backends: Record<BackendKind, Backend>;
  private readonly observer: Observer;
  private readonly cacheDir: string;

  constructor(private readonly options: AppOptions) {
    this.log = openLog(options.dataDir);
    this.cacheDir = options.cacheDir ?? defaultCacheDir();
    this.progress = new ProgressStore(join(options.dataDir, 'progress'), (error) => {
      this.complain('Your progress could not be saved', error);
    });
    this.answers = new AnswerMemory(options.dataDir, (error) => {
      this.complain('Your answers could not be kept', error);
    });
    this.shelf = new Shelf(
      [options.bundledLabs, join(options.dataDir, 'labs')],
      this.progress,
      new ReadMemory(join(this.cacheDir, 'labs'), options.build),
    );
    this.notices = new Notices(this.teller((to) => to.app.notices));
    this.leftovers = new LeftoverWatch({
      file: options.leftovers,
      notices: this.notices,
      titleOf: (labId) => this.shelf.labs().find(({ id }) => id === labId)?.title ?? null,
      changed: this.teller((to) => to.app.leftovers),
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
      box: () => this.settings.get().box || undefined,
      onLabChange: (_, to) => {
        void this.session?.becomeLab(to).then(() => this.announceLabs());
      },
    });
    this.observer = new Observer({
      transport: (node) => this.running().transport(node),
      context: () => ({ lab: this.running().lab, state: this.running().state() }),
      changed: this.teller((to) => to.network.view),
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
    await this.leftovers.look();
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
    const left = await this.closeSession();
    await Promise.all([this.settings, this.progress, this.answers].map((kept) => kept.settled()));
    if (left) throw new LabFailure(left.code, left.message, left.hint, left.detail);
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
        leftovers: this.leftovers.count,
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
      open: ({ labId, fresh, backend }) =>
        this.openLab(() => this.shelf.lab(labId), fresh, backend),
      openFolder: () => this.openFolder(),
      reply: ({ answers }) => done(() => this.running().reply(answers)),
      allow: async () => {
        await this.running().allow();
        await this.leftovers.look();
      },
      disallow: () => this.running().disallow(),
      close: async () => {
        await this.closeSession();
        this.teller((to) => to.session.changed)(null);
        await this.announceLabs();
      },
      up: () => this.running().startMachines(),
      vagrantfile: () => {
        const session = this.running();
        return readVagrantfile(session.lab, this.backends[session.state().backend]);
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
        this.teller((to) => to.settings.changed)(value);
        return Promise.resolve(value);
      },
    },
    health: { check: () => checkHealth({ cacheDir: this.cacheDir }) },
  };

  /** Opens a lab where the learner left it, or at its first step. One at a time. */
  private async openLab(
    find: () => Lab | Promise<Lab>,
    fresh: boolean,
    kind: BackendKind = this.settings.get().backend,
  ): Promise<void> {
    if (this.opening) throw new LabFailure('busy', 'A lab is being opened.');
    const open = async () => this.startSession(await find(), this.backends[kind], fresh);
    this.opening = open();
    try {
      await this.opening;
    } finally {
      this.opening = null;
    }
  }

  private async openFolder(): Promise<{ opened: boolean }> {
    const folder = await this.options.chooseFolder();
    if (folder === null) return { opened: false };
    await this.openLab(() => labOfFolder(folder, (line) => this.log.info(line)), true, 'vagrant');
    return { opened: true };
  }

  private async startSession(lab: Lab, backend: Backend, fresh: boolean): Promise<void> {
    await this.closeSession();
    const { progress, resumeAt } = await beginProgress(lab, fresh, this.progress, this.notices);
    const session: Session = new Session(
      lab,
      {
        backend,
        ptyHost: this.options.ptyHost,
        progress: this.progress,
        answers: this.answers,
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
      await this.leftovers.look();
      for (const { title, text } of backend.remarks?.(lab) ?? [])
        this.notices.tell('info', title, text);
      if (resumeAt > 0) await session.goTo(resumeAt);
    } catch (error) {
      this.log.error(toFailure(error).message);
      if (session.phase.phase === 'failed') this.session = null;
      this.teller((to) => to.session.changed)(this.session?.state() ?? null);
      throw error;
    } finally {
      await this.announceLabs();
    }
  }

  /** Answers what could not be taken away, and says it; null when all is gone. */
  private async closeSession(): Promise<Failure | null> {
    const { session } = this;
    if (!session) return null;
    this.observer.unwatchAll();
    const left = await session.stop().then(() => null, toFailure);
    if (this.session === session) this.session = null;
    if (left) this.notices.tell('warning', ...leftWords(left));
    return left;
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
    this.teller((to) => to.app.labs)(await this.shelf.summaries());
  }

  /** How a fact of one kind is told to whoever listens then. */
  private teller<T>(pick: (to: AppAnnouncer) => (fact: T) => void): (fact: T) => void {
    return (fact) => {
      this.announce((to) => {
        pick(to)(fact);
      });
    };
  }

  private readonly announce: Announce = (act) => {
    if (this.announcer) act(this.announcer);
  };
}

const leftWords = ({ message, hint = '', detail }: Failure) =>
  ['Not everything could be taken away', `${message} ${hint}`.trim(), detail ?? null] as const;
