/** The closed list, and the two things that are done with it: look up a kind, take a change back. */
import type { Operation } from '../../contract/operations.ts';
import type { Transport } from '../../transports/transport.ts';
import type { Inverse } from '../inverse.ts';
import { addressAdd, addressDelete, undoAddress } from './address.ts';
import { fileWrite, undoFileWrite } from './file-write.ts';
import { iptablesAdd, undoIptablesAdd } from './iptables-add.ts';
import { iptablesDelete, iptablesFlush, undoIptablesTake } from './iptables-take.ts';
import { linkSet, undoLinkSet } from './link-set.ts';
import type { OperationKind } from './operation.ts';
import { routeAdd, routeDelete, undoRouteAdd, undoRouteDelete } from './route.ts';
import { service, undoService } from './service.ts';
import { sysctl, undoSysctl } from './sysctl.ts';

const kinds = {
  sysctl,
  'iptables-append': iptablesAdd,
  'iptables-insert': iptablesAdd,
  'iptables-delete': iptablesDelete,
  'iptables-flush': iptablesFlush,
  'route-add': routeAdd,
  'route-delete': routeDelete,
  'link-set': linkSet,
  'address-add': addressAdd,
  'address-delete': addressDelete,
  'file-write': fileWrite,
  service,
} as const;

/** What is known of an operation only as data: its kind takes what it itself has found. */
export type AnyKind = OperationKind<Operation, unknown>;

export function kindOf(operation: Operation): AnyKind {
  return kinds[operation.do];
}

/** Takes a change back. Safe to repeat, and when the change was never made. Rejects with LabFailure. */
export function takeBack(inverse: Inverse, transport: Transport): Promise<void> {
  switch (inverse.undo) {
    case 'sysctl':
      return undoSysctl(inverse, transport);
    case 'iptables-remove':
      return undoIptablesAdd(inverse, transport);
    case 'iptables-restore':
      return undoIptablesTake(inverse, transport);
    case 'route-remove':
      return undoRouteAdd(inverse, transport);
    case 'route-restore':
      return undoRouteDelete(inverse, transport);
    case 'addresses':
      return undoAddress(inverse, transport);
    case 'link':
      return undoLinkSet(inverse, transport);
    case 'file':
      return undoFileWrite(inverse, transport);
    case 'service':
      return undoService(inverse, transport);
    case 'privileged':
      return transport.privileged?.undo(inverse.change) ?? Promise.resolve();
  }
}

/**
 * Whether one of two changes can be taken back while the other stays, without disturbing it: a flush remembers the rules that
 * went, so a rule that was appended before it must not be taken back behind its back.
 */
export function independent(a: Operation, b: Operation): boolean {
  if (a.node !== b.node || kindOf(a).place(a) !== kindOf(b).place(b)) return true;
  return kindOf(a).independent?.(a, b) ?? false;
}
