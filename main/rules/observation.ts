/** What was last seen of every operation of every rule, and what was found when it was last not in force. */
import { LabFailure } from '../contract/failure.ts';
import type { Operation } from '../contract/operations.ts';
import type { Transport } from '../transports/transport.ts';
import { kindOf } from './operations/index.ts';
import type { OperationState } from './operations/operation.ts';

export interface Seen {
  state: OperationState;
  found: unknown;
  /** null when it was in force from the start. */
  lastOff: unknown;
  node: string;
}

export class Observation {
  readonly #transport: (node: string) => Transport;
  readonly #own: ReadonlySet<string>;
  readonly #seen = new Map<string, Seen>();
  readonly #lastOff = new Map<string, { node: string; found: unknown }>();
  readonly #failures = new Map<string, string>();

  constructor(transport: (node: string) => Transport, own: ReadonlySet<string>) {
    this.#transport = transport;
    this.#own = own;
  }

  seen(rule: string, index: number): Seen | null {
    return this.#seen.get(key(rule, index)) ?? null;
  }

  /** Why an operation cannot be seen, or null. */
  failure(rule: string, index: number): string | null {
    return this.#failures.get(key(rule, index)) ?? null;
  }

  stateOf(rule: string, index: number, operation: Operation, found: unknown): OperationState {
    const lastOff = this.#lastOff.get(key(rule, index))?.found ?? null;
    return kindOf(operation).state(operation, found, { lastOff, own: this.#own });
  }

  /** Notes a state in which the operation was not in force. */
  remember(rule: string, index: number, node: string, found: unknown): void {
    this.#lastOff.set(key(rule, index), { node, found });
  }

  /** In force by another rule's doing: there is nothing of its own to take back. */
  accept(rule: string, index: number): void {
    this.#lastOff.delete(key(rule, index));
  }

  /** Reads everything once; equal reads on one node are made once. Never rejects. */
  async look(operations: ReadonlyMap<string, readonly Operation[]>): Promise<void> {
    const reads = new Map<string, Promise<unknown>>();
    const jobs: Promise<void>[] = [];
    for (const [rule, list] of operations) {
      for (const [index, operation] of list.entries()) {
        const same = readKey(operation);
        const read = reads.get(same) ?? this.#read(operation);
        reads.set(same, read);
        jobs.push(this.#keep(rule, index, operation, read));
      }
    }
    await Promise.all(jobs);
  }

  forget(node: string): void {
    for (const [id, seen] of this.#seen) if (seen.node === node) this.#seen.delete(id);
    for (const [id, last] of this.#lastOff) if (last.node === node) this.#lastOff.delete(id);
  }

  async #read(operation: Operation): Promise<unknown> {
    return kindOf(operation).read(operation, this.#transport(operation.node));
  }

  async #keep(
    rule: string,
    index: number,
    operation: Operation,
    read: Promise<unknown>,
  ): Promise<void> {
    const id = key(rule, index);
    try {
      const found = await read;
      const state = this.stateOf(rule, index, operation, found);
      if (state === 'off') this.#lastOff.set(id, { node: operation.node, found });
      const lastOff = this.#lastOff.get(id)?.found ?? null;
      this.#seen.set(id, { state, found, lastOff, node: operation.node });
      this.#failures.delete(id);
    } catch (error) {
      this.#seen.delete(id);
      this.#failures.set(id, why(error, operation.node));
    }
  }
}

const key = (rule: string, index: number) => `${rule} ${String(index)}`;

/** Operations of which the same thing is read. */
function readKey(operation: Operation): string {
  const { place } = kindOf(operation);
  const device = 'interface' in operation ? operation.interface : '';
  const group = operation.do.startsWith('iptables') ? 'iptables' : operation.do;
  const key = operation.do === 'sysctl' ? operation.key : '';
  return [group, place(operation), device, key].join(' ');
}

function why(error: unknown, node: string): string {
  if (error instanceof LabFailure && error.code === 'node-down') return `${node} is not running`;
  return error instanceof Error ? error.message : String(error);
}
