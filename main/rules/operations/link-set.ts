/** `link-set`: an interface up or down. Going down drops the routes through it, silently. */
import { z } from 'zod';
import { deadHopObstacle, goesWith } from '../dead-hops.ts';
import { must, parseJsonList } from '../exec.ts';
import type { InverseOf, RouteEntry } from '../inverse.ts';
import { goesThrough, readRoutes, restoreRoutes } from '../routes.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

interface Found {
  up: boolean;
  routes: RouteEntry[];
}

const Link = z.object({ flags: z.array(z.string()) });

async function isUp(transport: Transport, device: string): Promise<boolean> {
  const text = await must(transport, ['ip', '-j', 'link', 'show', 'dev', device]);
  return Link.parse(parseJsonList(text)[0]).flags.includes('UP');
}

export const linkSet: OperationKind<OperationOf<'link-set'>, Found> = {
  preview: ({ interface: device, state }) => [`sudo ip link set ${device} ${state}`],
  argv: ({ interface: device, state }) => ['ip', 'link', 'set', 'dev', device, state],
  read: async ({ interface: device }, transport) => ({
    up: await isUp(transport, device),
    routes: await readRoutes(transport),
  }),
  state: ({ state }, { up }) => (up === (state === 'up') ? 'on' : 'off'),
  apply: async (op, _found, transport) => {
    await must(transport, linkSet.argv(op));
  },
  obstacle: ({ interface: device, state }, { up, routes }) =>
    state === 'down' && up ? deadHopObstacle(routes, goesWith(device)) : null,
  inverse: ({ node, interface: device }, { up, routes }) => ({
    undo: 'link',
    node,
    interface: device,
    up,
    routes,
  }),
  note: (_op, { up }) => (up ? 'was up' : 'was down'),
  place: ({ node }) => `${node} routes`,
};

export async function undoLinkSet(
  { interface: device, up, routes }: InverseOf<'link'>,
  transport: Transport,
): Promise<void> {
  if ((await isUp(transport, device)) !== up) {
    await must(transport, ['ip', 'link', 'set', 'dev', device, up ? 'up' : 'down']);
  }
  if (up) await restoreRoutes(transport, routes, goesThrough(device));
}
