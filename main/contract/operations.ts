/**
 * The closed list of operations a rule may be made of. Data only: how each is previewed, applied,
 * verified and taken back is in main/rules/. Strings may be templates (`{{lan.device}}`) in a lab file;
 * they are filled from the running lab and parsed again by the same schema before anything runs.
 */
import { z } from 'zod';
import { Cidr, InterfaceName, Ipv4, LocalId, NodeId, NodePath, SysctlKey } from './names.ts';

/** `{{…}}`: a value of the running lab, such as `{{lan.gateway}}` or `{{boxA.host-only.ifname}}`. */
export const Template = z
  .string()
  .regex(/^\{\{ ?[A-Za-z][A-Za-z0-9.-]{0,80} ?\}\}$/, 'a template such as {{lan.device}}');
const or = <T extends z.ZodType<string>>(schema: T) => z.union([schema, Template]);

const node = NodeId.describe('the node it acts on');
const table = z.enum(['filter', 'nat', 'mangle']);
const chain = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,27}$/, 'a chain name');
/** Words of one iptables rule without table and chain; each word is checked again in main/rules/. */
const rule = z
  .string()
  .max(400)
  .regex(/^[A-Za-z0-9 ./,:!{}_+=-]+$/, 'an iptables rule: words of letters, digits and ./,:!_+=-');
const destination = z.union([z.literal('default'), Cidr, Ipv4, Template]);

export const Operation = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('sysctl'),
    node,
    key: SysctlKey,
    value: z.string().regex(/^[0-9 ]{1,40}$/),
  }),
  z.strictObject({ do: z.literal('iptables-append'), node, table, chain, rule }),
  z.strictObject({ do: z.literal('iptables-insert'), node, table, chain, rule }),
  z.strictObject({ do: z.literal('iptables-delete'), node, table, chain, rule }),
  z.strictObject({ do: z.literal('iptables-flush'), node, table, chain }),
  z.strictObject({
    do: z.literal('route-add'),
    node,
    to: destination,
    via: or(Ipv4).optional(),
    dev: or(InterfaceName).optional(),
  }),
  z.strictObject({
    do: z.literal('route-delete'),
    node,
    to: destination,
    via: or(Ipv4).optional(),
    dev: or(InterfaceName).optional(),
  }),
  z.strictObject({
    do: z.literal('link-set'),
    node,
    interface: or(InterfaceName),
    state: z.enum(['up', 'down']),
  }),
  z.strictObject({
    do: z.literal('address-add'),
    node,
    interface: or(InterfaceName),
    address: or(Cidr),
  }),
  z.strictObject({
    do: z.literal('address-delete'),
    node,
    interface: or(InterfaceName),
    address: or(Cidr),
  }),
  z.strictObject({
    do: z.literal('file-write'),
    node,
    path: NodePath,
    content: z.string().max(20_000),
  }),
  z.strictObject({
    do: z.literal('service'),
    node,
    name: LocalId,
    state: z.enum(['started', 'stopped', 'restarted']),
  }),
]);
export type Operation = z.infer<typeof Operation>;

export const Rule = z.strictObject({
  title: z.string().min(1).max(80),
  what: z.string().min(1).max(400).describe('what it does, in a sentence or two'),
  explain: z.string().max(1500).optional().describe('behind the Explain button'),
  marked: z
    .string()
    .max(400)
    .optional()
    .describe('a warning: this rule touches what others made; never part of "apply all"'),
  operations: z.array(Operation).min(1).max(10),
});
export type Rule = z.infer<typeof Rule>;
