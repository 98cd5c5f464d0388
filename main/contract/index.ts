/** The contract between the window and the main process: every message there is. */
import { z } from 'zod';
import { call, event, type Announcer, type Client, type Handlers } from './define.ts';
import { BackendHealth } from './health.ts';
import { PanelKind } from './lab.ts';
import { LabId, LocalId, NodeId } from './names.ts';
import { PanelView } from './network.ts';
import { Answers } from './questions.ts';
import { BackendKind, SessionState, Vagrantfile } from './session.ts';
import { Settings, SettingsChange } from './settings.ts';
import { TerminalId, TerminalInfo } from './terminal.ts';

export const LabSummary = z.object({
  id: LabId,
  title: z.string(),
  summary: z.string(),
  order: z.number(),
  minutes: z.number(),
  learn: z.array(z.string()),
  needs: z.string(),
  steps: z.number(),
  stepsDone: z.number(),
  /** The step a learner who comes back continues at; null when never opened. */
  resumeAt: z.number().nullable(),
  /** Mistakes of the lab's files (file:line:column: message); it can be opened only when there is none. */
  mistakes: z.array(z.string()),
});
export type LabSummary = z.infer<typeof LabSummary>;

/** Something the learner should know and may dismiss. */
export const Notice = z.object({
  id: z.string(),
  tone: z.enum(['info', 'warning', 'error']),
  title: z.string(),
  text: z.string(),
  detail: z.string().nullable(),
});
export type Notice = z.infer<typeof Notice>;

export const AppSnapshot = z.object({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  labs: z.array(LabSummary),
  settings: Settings,
  session: SessionState.nullable(),
  terminals: z.array(TerminalInfo),
  notices: z.array(Notice),
  /** How many changes of an earlier run are still applied to this computer. */
  leftovers: z.number(),
  /** Words the text may link to: term → explanation. */
  glossary: z.record(z.string(), z.string()),
});
export type AppSnapshot = z.infer<typeof AppSnapshot>;

const nothing = z.void();
const Watch = z.object({ node: NodeId, panel: PanelKind });
const RuleRef = z.object({ ruleId: LocalId });
const StepRef = z.object({ step: z.number().int().min(0).max(200) });

export const contract = {
  app: {
    snapshot: call(nothing, AppSnapshot),
    /** Opens an allow-listed https address in the learner's browser; `opened: false` means: show it to copy. */
    openExternal: call(z.object({ url: z.string().max(500) }), z.object({ opened: z.boolean() })),
    /** Writes logs, health and versions into one file and answers its path. */
    logBundle: call(nothing, z.object({ path: z.string() })),
    dismiss: call(z.object({ noticeId: z.string().max(80) }), nothing),
    notices: event(z.array(Notice)),
    leftovers: event(z.number()),
    labs: event(z.array(LabSummary)),
    /** A choice of the menu: the window does what its name says. */
    command: event(z.object({ id: z.string() })),
  },
  session: {
    /** On the backend of the settings unless one is named. */
    open: call(
      z.object({
        labId: LabId,
        fresh: z.boolean().default(false),
        backend: BackendKind.optional(),
      }),
      nothing,
    ),
    /** Lets the learner choose a folder with a Vagrantfile and opens it on this computer; `opened: false` when they chose none. */
    openFolder: call(nothing, z.object({ opened: z.boolean() })),
    /** The answers to the session's questions; its `cancel` gives the opening up. */
    reply: call(z.object({ answers: Answers }), nothing),
    /** Asks for the permission to change the learner's own computer; the window has shown what for. */
    allow: call(nothing, nothing),
    /** Gives it back, and takes back what was changed with it. Also while it is being asked for. */
    disallow: call(nothing, nothing),
    close: call(nothing, nothing),
    /** Starts the lab's machines that do not run; the session's task says how far it is. */
    up: call(nothing, nothing),
    /** The lab's Vagrantfile as it is on the host now. */
    vagrantfile: call(nothing, Vagrantfile),
    /** Shows another step; changes nothing on the nodes. */
    show: call(StepRef, nothing),
    /** Brings the nodes to the state at the start of that step, forwards or backwards. */
    goTo: call(StepRef, nothing),
    resetStep: call(nothing, nothing),
    /** Types the step's solution into the terminals, visibly. */
    showMe: call(StepRef, nothing),
    cancel: call(nothing, nothing),
    answer: call(
      z.object({ prediction: LocalId, choice: z.number().int().min(0).max(9) }),
      nothing,
    ),
    note: call(z.object({ text: z.string().max(20_000) }), nothing),
    changed: event(SessionState.nullable()),
    log: event(z.object({ line: z.string() })),
  },
  rules: {
    apply: call(RuleRef, nothing),
    undo: call(RuleRef, nothing),
    /** Applies the rules of the step on screen that are not marked. */
    applyAll: call(nothing, nothing),
    undoAll: call(nothing, nothing),
  },
  network: {
    watch: call(Watch, nothing),
    unwatch: call(Watch, nothing),
    view: event(PanelView),
  },
  terminal: {
    open: call(z.object({ node: NodeId, path: z.string().max(80).optional() }), TerminalInfo),
    close: call(z.object({ id: TerminalId }), nothing),
    changed: event(z.array(TerminalInfo)),
    /** The window should bring this terminal to the front: something is being typed into it. */
    reveal: event(z.object({ id: TerminalId })),
  },
  settings: {
    set: call(SettingsChange, Settings),
    changed: event(Settings),
  },
  health: { check: call(nothing, z.array(BackendHealth)) },
} as const;

export type AppContract = typeof contract;
export type AppHandlers = Handlers<AppContract>;
export type AppClient = Client<AppContract>;
export type AppAnnouncer = Announcer<AppContract>;
