/**
 * Rules applied here that are gone from the learner's own computer, and who took them: told only where the kernel shows it,
 * by what else was built anew at the same time. Pure but for what it remembers.
 */
import type { Entry } from './journal.ts';
import { sayCause, sayEvent, whatHappened, type Cause } from './firewalls/owners.ts';
import type { Ruleset } from './firewalls/nft-ruleset.ts';

/** An event that took rules away. Without rules: what was told of it is over, they are back. */
export interface LossNews {
  title: string;
  /** Ids of the rules that are gone by it. */
  rules: string[];
}

/** A change of ours and whether the kernel still shows it. */
export interface Applied {
  entry: Entry;
  on: boolean;
}

interface Loss {
  rule: string;
  /** Table and chain. */
  place: string;
  at: number;
  before: Ruleset;
  cause: Cause | null;
}

/** A reload goes step by step: what took a rule may show only a moment after the rule has gone. */
const reloadMs = 3000;

export class Losses {
  readonly #losses = new Map<string, Loss>();
  readonly #last = new Map<string, Ruleset>();
  readonly #told = new Map<string, string>();

  constructor(private readonly now: () => number) {}

  /** Why a rule is gone, for its card; null when it is not, or nobody's reload shows. */
  reasonOf(rule: string): string | null {
    const known = [...this.#losses.values()].find((loss) => loss.rule === rule);
    if (!known) return null;
    return known.cause ? `gone since ${sayCause(known.cause)}` : 'taken away outside Hoplab';
  }

  /** Another look at a node. `nft` was read before the changes were. Answers what is new, an item an event. */
  look(node: string, applied: readonly Applied[], nft: Ruleset | null): LossNews[] {
    for (const one of applied) this.#note(node, one, applied);
    for (const [id, loss] of this.#losses) {
      const still = applied.some(({ entry, on }) => !on && keyOf(entry) === id);
      if (!still) this.#losses.delete(id);
      else if (nft) this.#judge(loss, applied, nft);
    }
    if (nft) this.#last.set(node, nft);
    return this.#news();
  }

  /** A node could not be read. What has gone when it can be again may have been taken back by the helper, as it ended. */
  unseen(node: string): void {
    this.#last.delete(node);
  }

  #note(node: string, { entry, on }: Applied, applied: readonly Applied[]): void {
    const id = keyOf(entry);
    const place = placeOf(entry);
    const before = this.#last.get(node);
    if (on || this.#losses.has(id) || !before || place === null) return;
    // Emptying the chain is a card of the lab's own.
    const emptied = ({ operation, id: later }: Entry) =>
      operation.do === 'iptables-flush' &&
      `${operation.table} ${operation.chain}` === place &&
      later > entry.id;
    if (applied.some((one) => emptied(one.entry))) return;
    this.#losses.set(id, { rule: entry.rule, place, at: this.now(), before, cause: null });
  }

  /** Whoever rebuilds a chain takes all of ours from it; one that went alone was taken by hand. */
  #judge(loss: Loss, applied: readonly Applied[], nft: Ruleset): void {
    const { cause, at, before, place } = loss;
    if (applied.some(({ entry, on }) => on && placeOf(entry) === place)) return;
    const fresh = this.now() - at <= reloadMs;
    if (!fresh && cause?.what !== 'stopped') return;
    const happened = whatHappened(before, nft);
    // What was stopped may come back whenever it likes.
    if (happened && (fresh || happened.who === cause?.who)) loss.cause = happened;
  }

  #news(): LossNews[] {
    const now = new Map<string, Set<string>>();
    for (const { rule, cause } of this.#losses.values()) {
      if (!cause) continue;
      const title = titleOf(cause);
      now.set(title, (now.get(title) ?? new Set()).add(rule));
    }
    const titles = new Set([...this.#told.keys(), ...now.keys()]);
    return [...titles].flatMap((title): LossNews[] => {
      const rules = [...(now.get(title) ?? [])];
      if (rules.join() === (this.#told.get(title) ?? '')) return [];
      if (rules.length > 0) this.#told.set(title, rules.join());
      else this.#told.delete(title);
      return [{ title, rules }];
    });
  }
}

const keyOf = ({ rule, index }: Entry) => `${rule} ${String(index)}`;

/** Table and chain of a rule that was added; null of any other change. */
function placeOf({ operation }: Entry): string | null {
  const adds = operation.do === 'iptables-append' || operation.do === 'iptables-insert';
  return adds ? `${operation.table} ${operation.chain}` : null;
}

const titleOf = (cause: Cause) => `Rules of the lab are gone: ${sayEvent(cause)}`;
