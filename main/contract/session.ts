/** The state of a running lab, as the window sees it. The main process owns it; the window only draws it. */
import { z } from 'zod';
import { Reason } from './checks.ts';
import { Failure } from './failure.ts';
import { PanelKind } from './lab.ts';
import { LabId, LocalId, NodeId } from './names.ts';
import { Question } from './questions.ts';

export const BackendKind = z.enum(['sandbox', 'vagrant', 'docker']);
export type BackendKind = z.infer<typeof BackendKind>;

export const Phase = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('starting'), label: z.string(), fraction: z.number().nullable() }),
  z.object({ phase: z.literal('running'), upMs: z.number() }),
  z.object({ phase: z.literal('stopping'), label: z.string() }),
  z.object({ phase: z.literal('failed'), failure: Failure }),
  z.object({ phase: z.literal('stopped') }),
]);
export type Phase = z.infer<typeof Phase>;

export const NodeLife = z.enum(['absent', 'starting', 'running', 'stopping', 'halted', 'died']);
export type NodeLife = z.infer<typeof NodeLife>;

export const NodeState = z.object({
  id: NodeId,
  kind: z.enum(['host', 'machine', 'container', 'router', 'server']),
  title: z.string(),
  life: NodeLife,
  /** How it starts, when it is not running: "vagrant up in lab1". */
  startsBy: z.string().nullable(),
  detail: z.string().nullable(),
});
export type NodeState = z.infer<typeof NodeState>;

export const CheckState = z.object({
  id: LocalId,
  say: z.string(),
  status: z.enum(['pending', 'passed', 'failed']),
  node: NodeId.nullable(),
  expected: z.string(),
  found: z.string(),
  reason: Reason.nullable(),
  hint: z.string().nullable(),
});
export type CheckState = z.infer<typeof CheckState>;

export const PredictionState = z.object({
  id: LocalId,
  ask: z.string(),
  choices: z.array(z.string()),
  /** What the learner chose; the two below are null until then. */
  chosen: z.number().nullable(),
  answer: z.number().nullable(),
  because: z.string().nullable(),
});
export type PredictionState = z.infer<typeof PredictionState>;

export const StepState = z.object({
  index: z.number(),
  title: z.string(),
  part: z.string().nullable(),
  body: z.string(),
  done: z.boolean(),
  panels: z.record(z.string(), PanelKind),
  checks: z.array(CheckState),
  predictions: z.array(PredictionState),
  rules: z.array(LocalId),
});
export type StepState = z.infer<typeof StepState>;

/** The plan of a lab's machines, as it lies on the host. */
export const Vagrantfile = z.object({ path: z.string(), text: z.string() });
export type Vagrantfile = z.infer<typeof Vagrantfile>;

export const RuleLife = z.enum(['off', 'on', 'partly', 'drifted', 'unavailable']);
export type RuleLife = z.infer<typeof RuleLife>;

/** What the other rules of the learner's own computer mean for one of the lab's: whether they keep it from working, and words. */
export const RuleAround = z.object({ blocks: z.boolean(), text: z.string() });
export type RuleAround = z.infer<typeof RuleAround>;

export const RuleState = z.object({
  id: LocalId,
  title: z.string(),
  what: z.string(),
  explain: z.string().nullable(),
  marked: z.string().nullable(),
  life: RuleLife,
  /** "was 0", "typed by you", "the node is not running" */
  note: z.string().nullable(),
  /** Why it would not be applied now: from here it could not be taken back exactly. */
  obstacle: z.string().nullable(),
  /** Null where nothing around it matters. */
  around: RuleAround.nullable(),
  /** True while the app's own change can be taken back exactly. */
  canUndo: z.boolean(),
  busy: z.boolean(),
  /** The exact commands, a line each, with the node they run on. */
  commands: z.array(z.object({ node: NodeId, line: z.string() })),
});
export type RuleState = z.infer<typeof RuleState>;

/** The map, drawn from live state: nothing here is copied from the lab file except ids and places. */
export const MapNode = z.object({
  id: NodeId,
  title: z.string(),
  kind: NodeState.shape.kind,
  life: NodeLife,
  column: z.number(),
  row: z.number(),
  /** Facts under the title: "forwarding on", "masquerades eno1", an address. */
  facts: z.array(z.string()),
});
export const MapLink = z.object({
  id: z.string(),
  network: LocalId,
  mode: z.string(),
  from: NodeId,
  to: NodeId,
  /** The interface name at each end, and its address, when there is one. */
  fromLabel: z.string(),
  toLabel: z.string(),
  state: z.enum(['up', 'no-carrier', 'absent']),
});
export const LabMap = z.object({ nodes: z.array(MapNode), links: z.array(MapLink) });
export type LabMap = z.infer<typeof LabMap>;
export type MapNode = z.infer<typeof MapNode>;
export type MapLink = z.infer<typeof MapLink>;

/** Permission to change the learner's own computer, where a lab's host is that. */
export const RightsState = z.object({
  state: z.enum(['none', 'asking', 'granted']),
  /** Who asks: the desktop, sudo in a terminal, or nobody because the app is root already. */
  how: z.enum(['root', 'dialog', 'terminal']),
  /** The exact command lines the lab's rules may run there. */
  lines: z.array(z.string()),
});
export type RightsState = z.infer<typeof RightsState>;

export const SessionState = z.object({
  labId: LabId,
  title: z.string(),
  backend: BackendKind,
  phase: Phase,
  nodes: z.array(NodeState),
  /** Template values of the running lab: `boxA.host-only.ifname` → `enp0s8`. */
  values: z.record(z.string(), z.string()),
  step: z.number(),
  steps: z.array(StepState),
  /** Nodes that have a terminal from the start, left to right; the window keeps a place for each. */
  terminals: z.array(NodeId).optional(),
  rules: z.array(RuleState),
  /** What the learner is asked before the lab can open; nothing when it is not there or empty. */
  questions: z.array(Question).optional(),
  /** Null where nothing outside the lab can be changed. */
  rights: RightsState.nullable(),
  map: LabMap,
  note: z.string(),
  /** A longer task of the app itself, such as "Going to step 5": label, and what is done. */
  task: z
    .object({ label: z.string(), fraction: z.number().nullable(), cancellable: z.boolean() })
    .nullable(),
});
export type SessionState = z.infer<typeof SessionState>;
