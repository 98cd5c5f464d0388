/** A lab as its author writes it: `lab.yaml` and the front matter of `steps/NN-title.md`. */
import { z } from 'zod';
import { Check, Hint } from './checks.ts';
import { LabId, LocalId, NodeId } from './names.ts';
import { Rule } from './operations.ts';
import { Networks, Nodes } from './topology.ts';

export const PanelKind = z.enum(['neighbours', 'routes', 'firewall', 'interfaces', 'connections']);
export type PanelKind = z.infer<typeof PanelKind>;

/** Kernel features a lab needs; probed before it starts. */
export const Feature = z.enum([
  'veth',
  'bridge',
  'tap',
  'nat',
  'conntrack',
  'vxlan',
  'macvlan',
  'vlan',
  'dummy',
  'gre',
  'wireguard',
  'vrf',
  'netem',
  'openvswitch',
]);
export type Feature = z.infer<typeof Feature>;

export const LabFile = z.strictObject({
  format: z.literal(1),
  id: LabId,
  title: z.string().min(1).max(80),
  order: z.number().int().min(0).max(999),
  summary: z.string().min(1).max(300),
  minutes: z.number().int().min(1).max(600),
  learn: z.array(z.string().min(1).max(160)).min(1).max(8),
  source: z
    .strictObject({
      title: z.string().max(120),
      author: z.string().max(80).optional(),
      url: z.url({ protocol: /^https$/ }).optional(),
    })
    .optional(),
  requires: z.array(Feature).default([]),
  folder: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,20}$/)
    .describe("the lab's folder in the host's home, where `vagrant up` is typed"),
  networks: Networks,
  nodes: Nodes,
  rules: z.record(LocalId, Rule).default({}),
  terminals: z
    .array(NodeId)
    .min(1)
    .max(4)
    .describe('the terminals that open with the lab, left to right'),
  panels: z
    .record(NodeId, PanelKind)
    .default({})
    .describe('the panels that open with the lab, a node each'),
});
export type LabFile = z.infer<typeof LabFile>;

/** What a learner would type, so that a lab can prove itself and "Show me" can type it. */
export const SolveLine = z.strictObject({
  on: NodeId.describe('whose terminal it is typed in'),
  type: z.string().max(400).optional(),
  keys: z.enum(['ctrl-c', 'ctrl-d', 'enter']).optional(),
  wait: z
    .enum(['prompt', 'output', 'none'])
    .default('prompt')
    .describe('output: until `for` appears'),
  for: z.string().max(120).optional(),
  answer: z
    .strictObject({ prediction: LocalId, choice: z.number().int().min(0).max(9) })
    .optional(),
});
export type SolveLine = z.infer<typeof SolveLine>;

export const Prediction = z.strictObject({
  id: LocalId,
  ask: z.string().min(1).max(300),
  choices: z.array(z.string().min(1).max(160)).min(2).max(5),
  answer: z.number().int().min(0).max(4),
  because: z.string().min(1).max(800),
});
export type Prediction = z.infer<typeof Prediction>;

export const StepFront = z.strictObject({
  title: z.string().min(1).max(80),
  part: z.string().max(40).optional().describe('the heading above the title: "Reach the LAN"'),
  panels: z.record(NodeId, PanelKind).default({}).describe('what to look at: opened with the step'),
  checks: z.array(Check).min(1).max(8),
  hints: z.array(Hint).max(20).default([]),
  predictions: z.array(Prediction).max(4).default([]),
  rules: z.array(LocalId).default([]).describe('rule cards shown after the text'),
  solve: z.array(SolveLine).min(1).max(20),
});
export type StepFront = z.infer<typeof StepFront>;

/** `body` is Markdown; see main/labs/ for the fences it may hold. */
export const Step = StepFront.extend({ file: z.string(), body: z.string() });
export type Step = z.infer<typeof Step>;

/** A whole lab, parsed and cross-checked. `assets` holds the text of every file the topology names. */
export const Lab = LabFile.extend({
  dir: z.string(),
  steps: z.array(Step).min(1),
  assets: z.record(z.string(), z.string()),
  /** The program that speaks for machines behind NAT, where it is not the sandbox's; set by a backend. */
  hypervisor: z.string().optional(),
  /** A folder of the learner's with a Vagrantfile, in place of one Hoplab makes: nothing in it is changed. */
  ownFolder: z.string().optional(),
  /** The host's ip_forward when the lab was opened; 0 where a backend makes the host. */
  forwarding: z.enum(['0', '1']).optional(),
});
export type Lab = z.infer<typeof Lab>;
