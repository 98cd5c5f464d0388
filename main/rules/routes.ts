/** The main routing table as a list: reading it, and putting routes back at their places. */
import { z } from 'zod';
import { canonicalCidr } from '../labs/ipv4.ts';
import type { Argv, Transport } from '../transports/transport.ts';
import { groupOf, refuseDead } from './dead-hops.ts';
import { must, parseJsonList } from './exec.ts';
import { RouteEntry } from './inverse.ts';

const flags = z.array(z.string()).optional();
const Hop = z.object({
  gateway: z.string().optional(),
  dev: z.string().optional(),
  weight: z.number().optional(),
  flags,
});
const Raw = RouteEntry.omit({ onlink: true })
  .extend({ flags, nexthops: z.array(Hop).optional() })
  .loose();

/** Rejects with LabFailure when ip fails. `-d` also prints type, protocol and scope where they are the usual ones. */
export async function readRoutes(transport: Transport): Promise<RouteEntry[]> {
  const text = await must(transport, ['ip', '-4', '-d', '-j', 'route', 'show', 'table', 'main']);
  return parseJsonList(text).flatMap((item) => {
    const raw = Raw.safeParse(item);
    if (!raw.success) return [];
    const { flags, nexthops, ...rest } = raw.data;
    const entry = {
      ...rest,
      nexthops: nexthops?.map(({ flags: ofHop, ...hop }) => ({
        ...hop,
        ...(ofHop?.includes('dead') && { dead: true }),
      })),
    };
    const onlink = flags?.includes('onlink') ? { onlink: true } : {};
    const parsed = RouteEntry.strip().safeParse({ ...entry, ...onlink });
    return parsed.success ? [JSON.parse(JSON.stringify(parsed.data)) as RouteEntry] : [];
  });
}

/** The destination as ip prints it: `10.0.0.5/32` is `10.0.0.5`. */
export function printDestination(to: string): string {
  if (to === 'default' || to === '0.0.0.0/0') return 'default';
  return to.includes('/') ? canonicalCidr(to).replace(/\/32$/, '') : to;
}

/** The words after `ip route add|del` that name exactly this route. */
export function routeWords(route: RouteEntry): string[] {
  const { type, dst, gateway, dev, protocol, scope, prefsrc, metric, onlink } = route;
  const hops = (route.nexthops ?? []).flatMap((hop) => [
    'nexthop',
    ...(hop.gateway ? ['via', hop.gateway] : []),
    ...(hop.dev ? ['dev', hop.dev] : []),
    ...(hop.weight ? ['weight', String(hop.weight)] : []),
  ]);
  const metrics = (route.metrics ?? []).flatMap((group) =>
    Object.entries(group).flatMap(([name, value]) => [name, String(value)]),
  );
  return [
    ...(type && type !== 'unicast' ? [type] : []),
    dst,
    ...(gateway ? ['via', gateway] : []),
    ...(dev ? ['dev', dev] : []),
    ...(protocol ? ['proto', protocol] : []),
    ...(scope ? ['scope', scope] : []),
    ...(prefsrc ? ['src', prefsrc] : []),
    ...(metric !== undefined ? ['metric', String(metric)] : []),
    ...metrics,
    ...(onlink ? ['onlink'] : []),
    ...hops,
  ];
}

export const sameRoute = (a: RouteEntry, b: RouteEntry) =>
  JSON.stringify(routeWords(a)) === JSON.stringify(routeWords(b));

/** Whether a route, or one of its hops, leaves by this interface. */
export const goesThrough = (device: string) => (route: RouteEntry) =>
  route.dev === device || (route.nexthops ?? []).some(({ dev }) => dev === device);

/**
 * Puts back the routes of `before` that `wanted` names and that are not there now, each at its place among the
 * routes to the same destination with the same metric. `skipImpossible`: a route the kernel refuses now, because its
 * gateway can no longer be reached, is left out.
 */
export async function restoreRoutes(
  transport: Transport,
  before: readonly RouteEntry[],
  wanted: (route: RouteEntry, index: number) => boolean,
  options: { skipImpossible?: boolean } = {},
): Promise<void> {
  const now = await readRoutes(transport);
  const missing = before.filter(
    (route, index) => wanted(route, index) && !now.some((other) => sameRoute(route, other)),
  );
  // Routes with a scope nearer to the machine come first: a gateway must be reachable before it is named.
  const near = (route: RouteEntry) => Number(route.gateway !== undefined || !!route.nexthops);
  let failure: unknown = null;
  for (const route of [...missing].sort((a, b) => near(a) - near(b))) {
    try {
      await restoreOne(transport, before, route);
    } catch (error) {
      // The others must not wait for it: a kernel takes no route through an interface that is down.
      failure ??= error;
    }
  }
  if (failure !== null && !options.skipImpossible) throw failure as Error;
}

async function restoreOne(
  transport: Transport,
  before: readonly RouteEntry[],
  route: RouteEntry,
): Promise<void> {
  const run = (verb: string, which: RouteEntry) =>
    must(transport, ['ip', 'route', verb, ...routeWords(which)] as unknown as Argv);
  const old = before.filter((other) => groupOf(other) === groupOf(route));
  const earlier = old.slice(
    0,
    old.findIndex((other) => sameRoute(other, route)),
  );
  const now = (await readRoutes(transport)).filter((other) => groupOf(other) === groupOf(route));
  const later = old.slice(earlier.length + 1);
  const among = (list: readonly RouteEntry[]) => (other: RouteEntry) =>
    list.some((one) => sameRoute(one, other));
  const last = now.findLastIndex(among(earlier));
  const first = now.findIndex(among(later));
  // Behind its old predecessors, else before its old successors, else at the end.
  const behind = last >= 0 ? now.slice(last + 1) : first >= 0 ? now.slice(first) : [];
  if (behind.length === now.length) await run('prepend', route);
  else await insertBefore(run, route, behind);
}

/** The kernel inserts at the head or the end of a group; so those that must stand behind are moved to the end. */
async function insertBefore(
  run: (verb: string, which: RouteEntry) => Promise<string>,
  route: RouteEntry,
  behind: readonly RouteEntry[],
): Promise<void> {
  refuseDead(behind);
  await run('append', route);
  for (const other of behind) {
    await run('del', other);
    await run('append', other);
  }
}
