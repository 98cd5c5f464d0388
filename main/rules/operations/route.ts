/** `route-add` and `route-delete`: one line of the main routing table. */
import { deadHopObstacle } from '../dead-hops.ts';
import { must } from '../exec.ts';
import type { InverseOf, RouteEntry } from '../inverse.ts';
import { printDestination, readRoutes, restoreRoutes, routeWords, sameRoute } from '../routes.ts';
import type { Argv, Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

type Add = OperationOf<'route-add'>;
type Delete = OperationOf<'route-delete'>;

function words({ to, via, dev }: Add | Delete): string[] {
  return [printDestination(to), ...(via ? ['via', via] : []), ...(dev ? ['dev', dev] : [])];
}

const matches = ({ to, via, dev }: Add | Delete, route: RouteEntry) =>
  route.dst === printDestination(to) &&
  (via === undefined || route.gateway === via) &&
  (dev === undefined || route.dev === dev);

/**
 * Where a route to the same destination with the same metric is there already, `ip route add` refuses; then the new one is put
 * before it, as `route add` of net-tools does (NLM_F_CREATE without NLM_F_EXCL in net/ipv4/fib_trie.c).
 */
export const routeAdd: OperationKind<Add, RouteEntry[]> = {
  preview: (op) => [`sudo ip route add ${words(op).join(' ')}`],
  argv: (op) => ['ip', 'route', 'add', ...words(op)],
  read: (_op, transport) => readRoutes(transport),
  state: (op, found) => (found.some((route) => matches(op, route)) ? 'on' : 'off'),
  apply: async (op, found, transport) => {
    const taken = found.some(
      ({ dst, metric = 0 }) => dst === printDestination(op.to) && metric === 0,
    );
    const argv: Argv = taken ? ['ip', 'route', 'prepend', ...words(op)] : routeAdd.argv(op);
    await must(transport, argv);
  },
  inverse: (op, found) => ({
    undo: 'route-remove',
    node: op.node,
    to: printDestination(op.to),
    ...(op.via !== undefined && { via: op.via }),
    ...(op.dev !== undefined && { dev: op.dev }),
    before: found,
  }),
  note: () => null,
  place: ({ node }) => `${node} routes`,
  independent: (op, other) =>
    other.do === 'route-add' && printDestination(other.to) !== printDestination(op.to),
};

export const routeDelete: OperationKind<Delete, RouteEntry[]> = {
  preview: (op) => [`sudo ip route del ${words(op).join(' ')}`],
  argv: (op) => ['ip', 'route', 'del', ...words(op)],
  read: (_op, transport) => readRoutes(transport),
  state: (op, found) => (found.some((route) => matches(op, route)) ? 'off' : 'on'),
  apply: async (op, found, transport) => {
    // Several can fit, by metric; the operation is in force when none is left.
    for (let left = found.filter((route) => matches(op, route)).length; left > 0; left--) {
      await must(transport, routeDelete.argv(op));
    }
  },
  obstacle: (op, found) => deadHopObstacle(found, (route) => matches(op, route)),
  inverse: (op, before) => {
    const gone = before.flatMap((route, index) => (matches(op, route) ? [index] : []));
    return { undo: 'route-restore', node: op.node, before, gone };
  },
  note: () => null,
  place: ({ node }) => `${node} routes`,
};

/** Removes the route that fits and was not there before. */
export async function undoRouteAdd(
  { to, via, dev, before }: InverseOf<'route-remove'>,
  transport: Transport,
): Promise<void> {
  const wanted = { do: 'route-add', node: '', to, via, dev } as Add;
  const ours = (await readRoutes(transport)).find(
    (route) => matches(wanted, route) && !before.some((other) => sameRoute(other, route)),
  );
  if (!ours) return;
  await must(transport, ['ip', 'route', 'del', ...routeWords(ours)] as unknown as Argv);
}

export async function undoRouteDelete(
  { before, gone }: InverseOf<'route-restore'>,
  transport: Transport,
): Promise<void> {
  await restoreRoutes(transport, before, (_route, index) => gone.includes(index));
}
