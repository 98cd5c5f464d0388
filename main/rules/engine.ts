/**
 * The one-click rules of a running lab: their state as the kernel has it, applying, and taking back in any order.
 * Every change goes through the journal first. Changes the learner types are noticed and can be taken back as well.
 */
import { LabFailure } from '../contract/failure.ts';
import type { Operation, Rule } from '../contract/operations.ts';
import type { RuleLife, RuleState } from '../contract/session.ts';
import { fillOperation, type Values } from '../labs/values.ts';
import type { Transport } from '../transports/transport.ts';
import type { Entry, Journal } from './journal.ts';
import { nearMiss, type NearMiss } from './near-miss.ts';
import { independent, kindOf, takeBack } from './operations/index.ts';
import { canonicalRule } from './rule-canonical.ts';
import { Observation } from './observation.ts';
import { describeRule, kernelLife } from './rule-state.ts';

export interface EngineOptions {
  /** As the lab declares them; templates are filled here. */
  rules: Readonly<Record<string, Rule>>;
  values: Values;
  /** Throws LabFailure `node-down` when the node is not running. */
  transport: (node: string) => Transport;
  journal: Journal;
  /** Called with every new set of states. */
  onChange?: (states: RuleState[]) => void;
  now?: () => number;
}

export class RuleEngine {
  readonly #options: EngineOptions;
  readonly #operations = new Map<string, Operation[]>();
  readonly #observation: Observation;
  readonly #busy = new Set<string>();
  #states: RuleState[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #refreshing: Promise<RuleState[]> | null = null;

  /** Throws when a rule's templates cannot be filled: a lab that was linted has none such. */
  constructor(options: EngineOptions) {
    this.#options = options;
    for (const [id, rule] of Object.entries(options.rules)) {
      this.#operations.set(
        id,
        rule.operations.map((operation) => fillOperation(operation, options.values)),
      );
    }
    this.#observation = new Observation(options.transport, this.#ownRules());
  }

  /** The states last computed. */
  states(): RuleState[] {
    return this.#states;
  }

  /**
   * Whether a rule is in force as the kernel has it, whoever made or removed it: what checks ask. (`states()` says drifted
   * of what was applied here and is gone.)
   */
  lifeInKernel(id: string): RuleLife {
    return kernelLife(id, this.#operationsOf(id), this.#observation);
  }

  /** What is there instead of a rule that is not in force, as last seen; null when nothing like it is. */
  diagnose(id: string): NearMiss | null {
    for (const [index, operation] of this.#operationsOf(id).entries()) {
      const seen = this.#observation.seen(id, index);
      const near = seen?.state === 'off' ? nearMiss(operation, seen.found) : null;
      if (near) return near;
    }
    return null;
  }

  /** Reads the kernel again. Calls that come while one waits share it. Never rejects for a node that is down. */
  refresh(): Promise<RuleState[]> {
    this.#refreshing ??= this.#serialised(() => {
      this.#refreshing = null;
      return this.#observe();
    });
    return this.#refreshing;
  }

  /** Puts a rule in force: those of its operations that are not. All of them, or none and LabFailure. */
  apply(id: string): Promise<void> {
    return this.#change([id], () => this.#applyRule(id));
  }

  /** Takes a rule back exactly, whatever was applied before or after it. */
  undo(id: string): Promise<void> {
    return this.#change([id], () => this.#undoRules(new Set([id])));
  }

  /** Marked rules are never part of this. */
  applyAll(ids: readonly string[]): Promise<void> {
    const wanted = ids.filter((id) => this.#rule(id).marked === undefined);
    return this.#change(wanted, async () => {
      for (const id of wanted) await this.#applyRule(id);
    });
  }

  /** Takes back everything, last change first. Goes on when one fails, and rejects with the first failure at the end. */
  undoAll(): Promise<void> {
    const all = Object.keys(this.#options.rules);
    return this.#change(all, () => this.#undoRules(new Set(all)));
  }

  /** A node was destroyed, and what was changed on it with it. */
  forget(node: string): Promise<void> {
    return this.#change([], async () => {
      for (const entry of this.#options.journal.pending()) {
        if (entry.operation.node === node) await this.#options.journal.settle(entry.id);
      }
      this.#observation.forget(node);
    });
  }

  async #applyRule(id: string): Promise<void> {
    const made: Entry[] = [];
    try {
      for (const [index, operation] of this.#operationsOf(id).entries()) {
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
    // In the journal, but not in force: somebody took it away. What was found first is what undo goes back to.
    const entry: Entry = {
      id: journal.nextId(),
      rule,
      index,
      operation,
      inverse: kind.inverse(operation, found),
      by: 'app',
      note: kind.note(operation, found),
      at: (this.#options.now ?? Date.now)(),
    };
    await journal.begin(entry);
    try {
      await kind.apply(operation, found, transport);
      await this.#verify(operation, found, rule, index, transport);
    } catch (error) {
      await this.#unwind([entry]);
      throw error;
    }
    return entry;
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
  async #undoRules(ids: ReadonlySet<string>): Promise<void> {
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

  /** `ours`: what has come into force since the last look is an effect of our own change. */
  async #observe({ ours = false } = {}): Promise<RuleState[]> {
    await this.#observation.look(this.#operations);
    await this.#adopt(ours);
    const pending = this.#options.journal.pending();
    this.#states = Object.entries(this.#options.rules).map(([id, rule]) =>
      describeRule(id, rule, this.#operationsOf(id), {
        observation: this.#observation,
        entries: pending.filter((entry) => entry.rule === id),
        busy: this.#busy.has(id),
      }),
    );
    this.#options.onChange?.(this.#states);
    return this.#states;
  }

  /** A change that came about without us gets an entry, so that it can be taken back; one that went by hand loses it. */
  async #adopt(ours: boolean): Promise<void> {
    const { journal } = this.#options;
    const pending = journal.pending();
    for (const [rule, operations] of this.#operations) {
      for (const [index, operation] of operations.entries()) {
        const entry = pending.find((e) => e.rule === rule && e.index === index);
        const seen = this.#observation.seen(rule, index);
        if (seen?.state === 'off' && entry?.by === 'learner') await journal.settle(entry.id);
        if (seen?.state !== 'on' || entry || seen.lastOff === null) continue;
        if (ours) {
          this.#observation.accept(rule, index);
          continue;
        }
        const kind = kindOf(operation);
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

  #change(ids: readonly string[], work: () => Promise<void>): Promise<void> {
    return this.#serialised(async () => {
      // What the learner has typed until now is theirs; what moves from here on is ours.
      await this.#observe();
      for (const id of ids) {
        this.#rule(id);
        this.#busy.add(id);
      }
      this.#announceBusy();
      try {
        await work();
      } finally {
        for (const id of ids) this.#busy.delete(id);
        await this.#observe({ ours: true });
      }
    });
  }

  #announceBusy(): void {
    this.#states = this.#states.map((state) => ({ ...state, busy: this.#busy.has(state.id) }));
    this.#options.onChange?.(this.#states);
  }

  /** One after the other, whatever became of the one before. */
  #serialised<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(work, work);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  #rule(id: string): Rule {
    const rule = Object.hasOwn(this.#options.rules, id) ? this.#options.rules[id] : undefined;
    if (!rule) throw new LabFailure('not-found', `This lab has no rule ${id}.`);
    return rule;
  }

  #operationsOf(id: string): Operation[] {
    this.#rule(id);
    return this.#operations.get(id) ?? [];
  }

  #ownRules(): ReadonlySet<string> {
    const rules = [...this.#operations.values()].flat().flatMap((operation) => {
      const adds = operation.do === 'iptables-append' || operation.do === 'iptables-insert';
      return adds ? [canonicalRule(operation.rule)] : [];
    });
    return new Set(rules);
  }
}
