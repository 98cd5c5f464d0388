/**
 * The closed vocabulary of checks: questions about what the kernel holds, what answers, and what the
 * learner did. Each answers with expected, found, node and a reason code that hints key on.
 */
import { z } from 'zod';
import { Cidr, InterfaceName, Ipv4, LocalId, NodeId, NodePath, Port, SysctlKey } from './names.ts';
import { Template } from './operations.ts';

const or = <T extends z.ZodType<string>>(schema: T) => z.union([schema, Template]);
const node = NodeId;
const common = {
  id: LocalId,
  say: z.string().min(1).max(160).describe('what the learner reads, true when the check passes'),
  mode: z
    .enum(['level', 'edge'])
    .default('level')
    .describe('level: mirrors the present; edge: stays passed'),
};
const text = z.string().min(1).max(200);

export const Check = z.discriminatedUnion('check', [
  z.strictObject({ ...common, check: z.literal('node'), node, is: z.enum(['up', 'down']) }),
  z.strictObject({
    ...common,
    check: z.literal('addr'),
    node,
    interface: or(InterfaceName),
    address: or(Ipv4),
  }),
  z.strictObject({
    ...common,
    check: z.literal('link'),
    node,
    interface: or(InterfaceName),
    is: z.enum(['up', 'down', 'no-carrier', 'absent']),
  }),
  z.strictObject({
    ...common,
    check: z.literal('route'),
    node,
    to: z.union([z.literal('default'), Cidr, Ipv4, Template]),
    via: or(Ipv4).optional(),
    dev: or(InterfaceName).optional(),
    table: z.enum(['main', 'local']).default('main'),
  }),
  z.strictObject({
    ...common,
    check: z.literal('neigh'),
    node,
    address: or(Ipv4),
    dev: or(InterfaceName).optional(),
    interfaceOf: NodeId.optional().describe('the MAC must be that of this node'),
  }),
  z.strictObject({ ...common, check: z.literal('sysctl'), node, key: SysctlKey, is: text }),
  z.strictObject({
    ...common,
    check: z.literal('rule'),
    rule: LocalId,
    is: z.enum(['on', 'off']).default('on'),
  }),
  z
    .strictObject({
      ...common,
      check: z.literal('nat'),
      node,
      source: or(z.union([Ipv4, Cidr])).optional(),
      destination: or(Ipv4).optional(),
      protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
    })
    .describe(
      'conntrack holds a flow whose reply goes to another address than the one it came from',
    ),
  z
    .strictObject({
      ...common,
      check: z.literal('reach'),
      node,
      to: z.union([Ipv4, Template, text]),
    })
    .describe('a ping from node to this address is answered'),
  z.strictObject({ ...common, check: z.literal('resolves'), node, name: text }),
  z.strictObject({
    ...common,
    check: z.literal('http'),
    node,
    url: z.string().regex(/^http:\/\/[A-Za-z0-9.{}:/-]{1,120}$/, 'http:// and a host'),
    contains: text.optional(),
  }),
  z.strictObject({ ...common, check: z.literal('listens'), node, port: Port }),
  z.strictObject({
    ...common,
    check: z.literal('socket'),
    node,
    process: text.describe('the process that must own the connection'),
    to: or(Ipv4),
    port: Port,
  }),
  z.strictObject({
    ...common,
    check: z.literal('conntrack'),
    node,
    source: or(Ipv4).optional(),
    destination: or(Ipv4).optional(),
    protocol: z.enum(['icmp', 'tcp', 'udp']).optional(),
  }),
  z.strictObject({
    ...common,
    check: z.literal('fdb'),
    node,
    bridge: or(InterfaceName),
    interfaceOf: NodeId,
  }),
  z.strictObject({
    ...common,
    check: z.literal('file'),
    node,
    path: NodePath,
    contains: text.optional(),
  }),
  z.strictObject({
    ...common,
    check: z.literal('ran'),
    node,
    command: text.describe('the first words of the command, without sudo: `ifconfig -a`'),
    exit: z.number().int().min(0).max(255).optional(),
  }),
  z.strictObject({ ...common, check: z.literal('answer'), prediction: LocalId }),
]);
export type Check = z.infer<typeof Check>;

/** Why a check does not pass. Hints name one of these. */
export const Reason = z.enum([
  'absent', // what was looked for is not there
  'differs', // it is there with another value
  'wrong-interface', // there, on another interface
  'wrong-gateway', // there, through another gateway
  'no-carrier', // the cable is out
  'down', // the interface is down
  'no-route', // the node has no route to the destination
  'no-neighbour', // the next hop does not answer ARP
  'no-forwarding', // the request stops at a host that does not forward
  'filtered', // a firewall rule or policy drops it
  'no-return', // the request arrives, the answer finds no way back
  'no-answer', // sent, nothing came back, cause unknown
  'refused', // the other side refuses the connection
  'unresolved', // the name has no address
  'not-yet', // the learner has not done it
  'failed', // the learner did it and it ended with an error
  'other-process', // the connection belongs to another process
  'node-down', // the node is not running
]);
export type Reason = z.infer<typeof Reason>;

export const Hint = z.strictObject({
  check: LocalId,
  when: Reason.optional().describe('without it: whenever the check does not pass'),
  found: text.optional().describe('only when what was found holds this text'),
  say: z.string().min(1).max(500),
});
export type Hint = z.infer<typeof Hint>;
