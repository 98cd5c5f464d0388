/**
 * What takes a change back, as data: it is written to the journal before the change is made, and must be enough
 * after a crash. Taking back twice, or taking back what was never done, changes nothing.
 */
import { z } from 'zod';
import { InterfaceName, LocalId, NodeId, NodePath, SysctlKey } from '../contract/names.ts';

const node = NodeId;
const table = z.enum(['filter', 'nat', 'mangle']);
const chain = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,27}$/);
/** One line of iptables-save without `-A chain`; it came from a kernel and goes back to one, never through a shell. */
const saved = z.object({
  rule: z.string().regex(/^[^\n\r\0]*$/),
  packets: z.number(),
  bytes: z.number(),
});
export type SavedRule = z.infer<typeof saved>;

/** A route as `ip -d -j route` prints it, without flags that come and go, except that a hop is dead. */
export const RouteEntry = z
  .object({
    dst: z.string(),
    type: z.string().optional(),
    gateway: z.string().optional(),
    dev: z.string().optional(),
    protocol: z.string().optional(),
    scope: z.string().optional(),
    prefsrc: z.string().optional(),
    metric: z.number().optional(),
    metrics: z.array(z.record(z.string(), z.number())).optional(),
    onlink: z.boolean().optional(),
    nexthops: z
      .array(
        z.object({
          gateway: z.string().optional(),
          dev: z.string().optional(),
          weight: z.number().optional(),
          /** Its interface is down: the kernel keeps such a hop, but takes none. */
          dead: z.literal(true).optional(),
        }),
      )
      .optional(),
  })
  .strict();
export type RouteEntry = z.infer<typeof RouteEntry>;

/** An IPv4 address as `ip -4 -j addr` prints it. */
export const AddressEntry = z
  .object({
    local: z.string(),
    address: z.string().optional(),
    prefixlen: z.number(),
    broadcast: z.string().optional(),
    scope: z.string().optional(),
    label: z.string().optional(),
    noprefixroute: z.boolean().optional(),
    valid: z.number().optional(),
    preferred: z.number().optional(),
  })
  .strict();
export type AddressEntry = z.infer<typeof AddressEntry>;

const conf = z.string().regex(/^\/proc\/sys\/net\/ipv4\/conf\/(?!\.\.?\/)[^/\n]+\/[a-z_]+$/);

export const Inverse = z.discriminatedUnion('undo', [
  z.object({
    undo: z.literal('sysctl'),
    node,
    key: SysctlKey,
    value: z.string(),
    /** Settings that the kernel changes along with this one: path → value. */
    along: z.record(conf, z.string()),
  }),
  z.object({
    undo: z.literal('iptables-remove'),
    node,
    table,
    chain,
    /** As iptables-save prints it. */
    rule: z.string(),
    /** So many equal rules were there before: they are others' and stay. */
    keep: z.number().int(),
    ours: z.enum(['first', 'after-kept']),
  }),
  z.object({
    undo: z.literal('iptables-restore'),
    node,
    table,
    chain,
    /** The whole chain before, in order. */
    before: z.array(saved),
    /** Indices into `before` of the rules that went. */
    gone: z.array(z.number().int()),
  }),
  z.object({
    undo: z.literal('route-remove'),
    node,
    to: z.string(),
    via: z.string().optional(),
    dev: z.string().optional(),
    before: z.array(RouteEntry),
  }),
  z.object({
    undo: z.literal('route-restore'),
    node,
    before: z.array(RouteEntry),
    gone: z.array(z.number().int()),
  }),
  z.object({
    undo: z.literal('addresses'),
    node,
    interface: InterfaceName,
    /** Address with prefix that was added, or null: then `before` is what must be there again. */
    added: z.string().nullable(),
    before: z.array(AddressEntry),
    routes: z.array(RouteEntry),
  }),
  z.object({
    undo: z.literal('link'),
    node,
    interface: InterfaceName,
    up: z.boolean(),
    routes: z.array(RouteEntry),
  }),
  z.object({
    undo: z.literal('file'),
    node,
    path: NodePath,
    /** null: there was none. */
    previous: z
      .object({ base64: z.string(), mode: z.string().regex(/^[0-7]{3,4}$/), owner: z.string() })
      .nullable(),
    /** Folders that were made for it, deepest first. */
    folders: z.array(NodePath),
  }),
  z.object({
    undo: z.literal('service'),
    node,
    name: LocalId,
    /** What it must be again; `restarted`: it must read its files once more, after they are back. */
    state: z.enum(['started', 'stopped', 'restarted']),
  }),
  z.object({
    undo: z.literal('privileged'),
    node,
    /** The number under which the privileged side keeps what takes it back. */
    change: z.string().regex(/^[0-9a-f]{16}$/),
  }),
]);
export type Inverse = z.infer<typeof Inverse>;
export type InverseOf<U extends Inverse['undo']> = Extract<Inverse, { undo: U }>;
