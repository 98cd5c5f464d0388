/**
 * A route over several ways keeps a hop whose interface goes down, marked dead; but the kernel takes no route with such a hop,
 * so one that has gone can be put back only when the interface is back (fib_check_nh in net/ipv4/fib_semantics.c).
 */
import { LabFailure } from '../contract/failure.ts';
import type { RouteEntry } from './inverse.ts';
import type { Obstacle } from './operations/operation.ts';

/** Routes to one destination with one metric stand in an order, and the first is used. */
export const groupOf = (route: RouteEntry) => `${route.dst} ${String(route.metric ?? 0)}`;

/** Whether a route goes when this interface goes down, or loses its last address: no hop of it is left alive. */
export const goesWith = (device: string) => (route: RouteEntry) =>
  route.nexthops
    ? route.nexthops.every(({ dev, dead }) => dead === true || dev === device)
    : route.dev === device;

/** Why these routes could not be put back: a dead hop in one of them, or in one that has to be moved for their place. */
export function deadHopObstacle(
  routes: readonly RouteEntry[],
  gone: (route: RouteEntry) => boolean,
): Obstacle | null {
  const groups = new Set(routes.filter(gone).map(groupOf));
  for (const route of routes) {
    const hop = route.nexthops?.find(({ dead }) => dead);
    if (!hop || !groups.has(groupOf(route))) continue;
    const dev = hop.dev ?? 'its interface';
    return {
      why: `The route to ${route.dst} could not be put back afterwards: its hop out of ${dev} is dead, because ${dev} is down or has no address, and the kernel takes no dead hop.`,
      hint: `Bring ${dev} back first: sudo ip link set ${dev} up`,
    };
  }
  return null;
}

/** Throws before anything is moved that could not be put down again. */
export function refuseDead(routes: readonly RouteEntry[]): void {
  const obstacle = deadHopObstacle(routes, () => true);
  if (obstacle) throw new LabFailure('no-way-back', obstacle.why, obstacle.hint);
}
