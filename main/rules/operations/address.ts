/** `address-add` and `address-delete`: an IPv4 address of an interface. Addresses bring routes, and take them along. */
import { printAddress, readAddresses, setAddresses } from '../addresses.ts';
import { deadHopObstacle, goesWith } from '../dead-hops.ts';
import { must } from '../exec.ts';
import type { AddressEntry, InverseOf, RouteEntry } from '../inverse.ts';
import { goesThrough, readRoutes, restoreRoutes } from '../routes.ts';
import type { Transport } from '../../transports/transport.ts';
import type { OperationKind, OperationOf } from './operation.ts';

interface Found {
  addresses: AddressEntry[];
  routes: RouteEntry[];
}
type Add = OperationOf<'address-add'>;
type Delete = OperationOf<'address-delete'>;

const read = async ({ interface: device }: Add | Delete, transport: Transport): Promise<Found> => ({
  addresses: await readAddresses(transport, device),
  routes: await readRoutes(transport),
});
const has = ({ address }: Add | Delete, { addresses }: Found) =>
  addresses.some((entry) => printAddress(entry) === address);
const place = ({ node }: Add | Delete) => `${node} routes`;
const note = () => null;

export const addressAdd: OperationKind<Add, Found> = {
  preview: ({ address, interface: device }) => [`sudo ip addr add ${address} dev ${device}`],
  argv: ({ address, interface: device }) => ['ip', 'addr', 'add', address, 'dev', device],
  read,
  state: (op, found) => (has(op, found) ? 'on' : 'off'),
  apply: async (op, _found, transport) => {
    await must(transport, addressAdd.argv(op));
  },
  inverse: ({ node, interface: device, address }, { addresses: before, routes }) => ({
    undo: 'addresses',
    node,
    interface: device,
    added: address,
    before,
    routes,
  }),
  note,
  place,
};

export const addressDelete: OperationKind<Delete, Found> = {
  preview: ({ address, interface: device }) => [`sudo ip addr del ${address} dev ${device}`],
  argv: ({ address, interface: device }) => ['ip', 'addr', 'del', address, 'dev', device],
  read,
  state: (op, found) => (has(op, found) ? 'off' : 'on'),
  apply: async (op, _found, transport) => {
    await must(transport, addressDelete.argv(op));
  },
  // Routes go along with an address they name as their source, and with the last one of an interface.
  obstacle: ({ interface: device, address }, { routes }) => {
    const along = goesWith(device);
    return deadHopObstacle(
      routes,
      (route) => along(route) || route.prefsrc === address.split('/')[0],
    );
  },
  inverse: ({ node, interface: device }, { addresses: before, routes }) => ({
    undo: 'addresses',
    node,
    interface: device,
    added: null,
    before,
    routes,
  }),
  note,
  place,
};

/** Without the address that was added, or with those that went, in their old order; then the routes that went along. */
export async function undoAddress(
  { interface: device, added, before, routes }: InverseOf<'addresses'>,
  transport: Transport,
): Promise<void> {
  const now = await readAddresses(transport, device);
  const here = goesThrough(device);
  if (added === null) {
    const since = now.filter((entry) => !isIn(entry, before));
    await setAddresses(transport, device, [...before, ...since]);
    return restoreRoutes(transport, routes, here);
  }
  if (!now.some((entry) => printAddress(entry) === added)) return;
  // The kernel takes more along than this address when it was the first of its subnet.
  const current = (await readRoutes(transport)).filter(
    ({ protocol, prefsrc }) => protocol !== 'kernel' && prefsrc !== added.split('/')[0],
  );
  await must(transport, ['ip', 'addr', 'del', added, 'dev', device]);
  const kept = now.filter((entry) => printAddress(entry) !== added);
  await setAddresses(transport, device, kept);
  await restoreRoutes(transport, current, here, { skipImpossible: true });
}

const isIn = (entry: AddressEntry, list: readonly AddressEntry[]) =>
  list.some((other) => printAddress(other) === printAddress(entry));
