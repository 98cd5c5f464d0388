/**
 * The one-click rules of a running lab: their state as the kernel has it, applying, and taking back in any order.
 * Every change goes through the journal first. Changes the learner types are noticed and can be taken back as well.
 */
import { LabFailure } from '../contract/failure.ts';
import type { Operation, Rule } from '../contract/operations.ts';
import type { RuleLife, RuleState } from '../contract/session.ts';
import { fillOperation, type Values } from '../labs/values.ts';
import type { Transport } from '../transports/transport.ts';
import { Changes } from './changes.ts';
import { Surroundings } from './firewalls/surroundings.ts';
import type { Journal } from './journal.ts';
import { Losses, type LossNews } from './losses.ts';
import { nearMiss, type NearMiss } from './near-miss.ts';
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
  /** Somebody's reload took rules away from the learner's own computer, or they are back; `rules` are titles. */
  onLost?: ((news: LossNews) => void) | undefined;
  now?: () => number;
}

export class RuleEngine {
  readonly #options: EngineOptions;
  readonly #operations = new Map<string, Operation[]>();
  readonly #observation: Observation;
  readonly #changes: Changes;
  readonly #surroundings: Surroundings;
  readonly #losses: Losses;
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
    this.#surroundings = new Surroundings(options.transport);
    this.#losses = new Losses(options.now ?? Date.now);
    const lab = [...this.#operations.values()].flat();
    this.#changes = new Changes({ ...options, lab }, this.#observation);
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
    return this.#change([id], () => this.#changes.applyRule(id, this.#operationsOf(id)));
  }

  /** Takes a rule back exactly, whatever was applied before or after it. */
  undo(id: string): Promise<void> {
    return this.#change([id], () => this.#changes.undoRules(new Set([id])));
  }

  /** Marked rules are never part of this. */
  applyAll(ids: readonly string[]): Promise<void> {
    const wanted = ids.filter((id) => this.#rule(id).marked === undefined);
    return this.#change(wanted, async () => {
      for (const id of wanted) await this.#changes.applyRule(id, this.#operationsOf(id));
    });
  }

  /** Takes back everything, last change first. Goes on when one fails, and rejects with the first failure at the end. */
  undoAll(): Promise<void> {
    const all = Object.keys(this.#options.rules);
    return this.#change(all, () => this.#changes.undoRules(new Set(all)));
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

  /** `ours`: what has come into force since the last look is an effect of our own change. */
  async #observe({ ours = false } = {}): Promise<RuleState[]> {
    const lab = [...this.#operations.values()].flat();
    const filtering = new Set(lab.flatMap((one) => ('chain' in one ? [one.node] : [])));
    // First what is around the rules: when one of them has gone, what took it has come after that.
    await this.#surroundings.look(filtering);
    await this.#observation.look(this.#operations);
    await this.#changes.adopt(this.#operations, ours);
    for (const node of filtering) this.#lookForLosses(node);
    const pending = this.#options.journal.pending();
    this.#states = Object.entries(this.#options.rules).map(([id, rule]) =>
      describeRule(id, rule, this.#operationsOf(id), {
        observation: this.#observation,
        surroundings: this.#surroundings,
        lab,
        lost: this.#losses.reasonOf(id),
        entries: pending.filter((entry) => entry.rule === id),
        busy: this.#busy.has(id),
      }),
    );
    this.#options.onChange?.(this.#states);
    return this.#states;
  }

  #lookForLosses(node: string): void {
    const around = this.#surroundings.of(node);
    if (!around) {
      this.#losses.unseen(node);
      return;
    }
    const applied = this.#options.journal.pending().flatMap((entry) => {
      const seen = this.#observation.seen(entry.rule, entry.index);
      const ours = entry.by === 'app' && entry.operation.node === node;
      return ours && seen ? [{ entry, on: seen.state !== 'off' }] : [];
    });
    for (const { title, rules } of this.#losses.look(node, applied, around.nft))
      this.#options.onLost?.({ title, rules: rules.map((id) => this.#rule(id).title) });
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
