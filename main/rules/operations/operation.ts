/** What every kind of operation can do. One file a kind implements this; nothing else changes a node. */
import type { Operation } from '../../contract/operations.ts';
import type { Argv, Transport } from '../../transports/transport.ts';
import type { Inverse } from '../inverse.ts';

export type OperationOf<D extends Operation['do']> = Extract<Operation, { do: D }>;

export interface StateContext<Found> {
  /** What was found when the operation was last seen not to be in force; null when it never was. */
  lastOff: Found | null;
  /** Rules of the same lab, as iptables-save prints them: they are nobody else's. */
  own: ReadonlySet<string>;
}

/** `none`: the operation leaves no state to ask for, such as a restart. */
export type OperationState = 'on' | 'off' | 'none';

/** Why a change is not made. */
export interface Obstacle {
  why: string;
  /** The way out, one sentence. */
  hint: string;
}

export interface OperationKind<O extends Operation, Found> {
  /** Command lines exactly as a learner could type them. */
  preview(operation: O): string[];
  /** The command that makes the change. */
  argv(operation: O): Argv;
  /** The state found now. Rejects with LabFailure when the node cannot be asked. */
  read(operation: O, transport: Transport): Promise<Found>;
  state(operation: O, found: Found, context: StateContext<Found>): OperationState;
  apply(operation: O, found: Found, transport: Transport): Promise<void>;
  /** Why nothing could take it back exactly from there, or null. Then it is not made. */
  obstacle?(operation: O, found: Found): Obstacle | null;
  /** What takes it back, from the state found before. */
  inverse(operation: O, found: Found): Inverse;
  /** A few words about what was found: "was 0". */
  note(operation: O, found: Found): string | null;
  /** Operations with different places never disturb each other. */
  place(operation: O): string;
  /** For two operations at one place: whether they can be taken back in any order all the same. */
  independent?(operation: O, other: Operation): boolean;
}
