/** Making changes and taking them back, each in the journal first. Not serialised: the engine calls one at a time. */
import { randomBytes } from 'node:crypto';
import { LabFailure } from '../contract/failure.ts';
import type { Operation } from '../contract/operations.ts';
import type { Transport } from '../transports/transport.ts';
import { parseTable } from './firewalls/saved-table.ts';
import type { Entry, Journal } from './journal.ts';
import { must } from './exec.ts';
import type { Observation } from './observation.ts';
import { independent, kindOf, takeBack } from './operations/index.ts';
import { placeWhereItWorks, type Placement } from './placement.ts';

export interface ChangesOptions {
  transport: (node: string) => Transport;
  journal: Journal;
  /** Every operation of the lab's rules: whose packets must come by where others have rules, too. */
  lab: readonly Operation[];
  now?: () => number;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #observation: Observation;

  constructor(options: ChangesOptions, observation: Observation) {
    this.#options = options;
    this.#observation = observation;
  }

  /** Those operations of a rule that are not in force. All of them, or none and LabFailure. */
  async applyRule(id: string, operations: readonly Operation[]): Promise<void> {
    const made: Entry[] = [];
    try {
      for (const [index, operation] of operations.entries()) {
        const entry = await this.#applyOperation(id, index, operation);
        if (entry) made.push(entry);
      }
    } catch (error) {
      await this.#unwind(made);
      throw error;
    }
  }

  /** Answers null when there was nothing to do. */
  async #applyOperation(rule: string, index: number, operation: Operation): Promise<Entry | null> {
    const { journal } = this.#options;
    const kind = kindOf(operation);
    const transport = this.#options.transport(operation.node);
    const found = await kind.read(operation, transport);
    const pending = journal.pending().some((e) => e.rule === rule && e.index === index);
    const state = this.#observation.stateOf(rule, index, operation, found);
    if (state === 'on' || (pending && state === 'none')) return null;
    const obstacle = kind.obstacle?.(operation, found);
    if (obstacle) throw new LabFailure('no-way-back', obstacle.why, obstacle.hint);
    // Where a permission is needed, what takes it back is kept on the other side.
    const change = transport.privileged ? randomBytes(8).toString('hex') : null;
    const placed = change ? await this.#place(operation, transport) : { operation, note: null };
    // In the journal, but not in force: somebody took it away. What was found first is what undo goes back to.
    const entry: Entry = {
      id: journal.nextId(),
      rule,
      index,
      operation,
      inverse: change
        ? { undo: 'privileged', node: operation.node, change }
        : kind.inverse(operation, found),
      by: 'app',
      note: placed.note ?? kind.note(operation, found),
      at: (this.#options.now ?? Date.now)(),
    };
    await journal.begin(entry);
    try {
      if (change) await transport.privileged?.apply(change, rule, placed.operation);
      else await kind.apply(operation, found, transport);
      await this.#verify(operation, found, rule, index, transport);
    } catch (error) {
      await this.#unwind([entry]);
      throw error;
    }
    return entry;
  }

  async #place(operation: Operation, transport: Transport): Promise<Placement> {
    if (operation.do !== 'iptables-append') return { operation, note: null };
    const saved = await must(transport, ['iptables-save', '-c', '-t', 'filter']);
    return placeWhereItWorks(operation, parseTable(saved, 'filter'), this.#options.lab);
  }

  async #verify(
    operation: Operation,
    before: unknown,
    rule: string,
    index: number,
    transport: Transport,
  ): Promise<void> {
    this.#observation.remember(rule, index, operation.node, before);
    const now = await kindOf(operation).read(operation, transport);
    const empty = operation.do === 'iptables-flush';
    if (!empty && this.#observation.stateOf(rule, index, operation, now) === 'off') {
      throw new LabFailure(
        'command-failed',
        'The command ended well, but the kernel does not show its effect.',
        undefined,
        kindOf(operation).preview(operation).join('\n'),
      );
    }
  }

  /**
   * Takes back all changes of these rules. Later changes of other rules that would be disturbed are taken back first and made
   * again afterwards.
   */
  async undoRules(ids: ReadonlySet<string>): Promise<void> {
    const { journal } = this.#options;
    const pending = journal.pending();
    const ours = new Set(pending.filter(({ rule }) => ids.has(rule)));
    const unwound = new Set(ours);
    for (const [at, entry] of pending.entries()) {
      if (ours.has(entry)) continue;
      const earlier = pending.slice(0, at).filter((other) => unwound.has(other));
      if (earlier.some((other) => !independent(other.operation, entry.operation)))
        unwound.add(entry);
    }
    await this.#unwind(pending.filter((entry) => unwound.has(entry)));
    for (const entry of pending) {
      if (!unwound.has(entry) || ours.has(entry)) continue;
      await this.#applyOperation(entry.rule, entry.index, entry.operation);
    }
  }

  /** Last change first; what must read the restored files comes at the very end. */
  async #unwind(entries: readonly Entry[]): Promise<void> {
    const restarts = (entry: Entry) =>
      entry.inverse.undo === 'service' && entry.inverse.state === 'restarted';
    const backwards = [...entries].reverse();
    const order = [...backwards.filter((e) => !restarts(e)), ...backwards.filter(restarts)];
    let failure: unknown = null;
    for (const entry of order) {
      try {
        await takeBack(entry.inverse, this.#options.transport(entry.operation.node));
        await this.#options.journal.settle(entry.id);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== null) throw failure as Error;
  }

  /** A change that came about without us gets an entry, so that it can be taken back; one that went by hand loses it. */
  async adopt(all: ReadonlyMap<string, readonly Operation[]>, ours: boolean): Promise<void> {
    const { journal } = this.#options;
    const pending = journal.pending();
    for (const [rule, operations] of all) {
      for (const [index, operation] of operations.entries()) {
        const entry = pending.find((e) => e.rule === rule && e.index === index);
        const seen = this.#observation.seen(rule, index);
        if (seen?.state === 'off' && entry?.by === 'learner') await journal.settle(entry.id);
        if (seen?.state !== 'on' || entry || seen.lastOff === null) continue;
        if (ours) {
          this.#observation.accept(rule, index);
          continue;
        }
        // On the learner's own computer only what Hoplab itself has made is ever taken back.
        if (this.#options.transport(operation.node).privileged) continue;
        const kind = kindOf(operation);
        // What could not be taken back is not offered to be.
        if (kind.obstacle?.(operation, seen.lastOff)) continue;
        await journal.begin({
          id: journal.nextId(),
          rule,
          index,
          operation,
          inverse: kind.inverse(operation, seen.lastOff),
          by: 'learner',
          note: kind.note(operation, seen.lastOff),
          at: (this.#options.now ?? Date.now)(),
        });
      }
    }
  }
}
