/** The panels of a running lab: counts who watches what, and says every view that changes. */
import type { Lab, PanelKind } from '../contract/lab.ts';
import type { PanelView } from '../contract/network.ts';
import type { SessionState } from '../contract/session.ts';
import { fillOperation, valuesOf } from '../labs/values.ts';
import { canonicalRule } from '../rules/rule-canonical.ts';
import type { Transport } from '../transports/transport.ts';
import type { PanelContext } from './context.ts';
import { NodeWatch } from './node-watch.ts';
import { parseLinks } from './parse-links.ts';
import { probes } from './probes.ts';

export interface ObserverOptions {
  /** Throws LabFailure `node-down` when the node is not running. */
  transport: (node: string) => Transport;
  context: () => { lab: Lab; state?: SessionState };
  changed: (view: PanelView) => void;
  now?: () => number;
}

export class Observer {
  readonly #options: ObserverOptions;
  readonly #nodes = new Map<string, NodeWatch>();
  readonly #counts = new Map<string, number>();
  readonly #macs = new Map<string, string>();
  #macsTimer: NodeJS.Timeout | null = null;
  #own: { lab: Lab; rules: ReadonlySet<string> } | null = null;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Begins, or one more watches. Its view comes by `changed`, also when the node is not running. */
  watch(node: string, panel: PanelKind): void {
    const key = `${node} ${panel}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let watch = this.#nodes.get(node);
    if (!watch) {
      watch = this.#newWatch(node);
      this.#nodes.set(node, watch);
    }
    watch.add(panel);
    if (panel === 'neighbours') this.#learnMacsSoon();
  }

  /** One fewer watches; with the last, everything on the node that served it ends. */
  unwatch(node: string, panel: PanelKind): void {
    const key = `${node} ${panel}`;
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) {
      this.#counts.set(key, count);
      return;
    }
    this.#counts.delete(key);
    const watch = this.#nodes.get(node);
    watch?.remove(panel);
    if (watch?.isEmpty) this.#nodes.delete(node);
  }

  /** Whoever watched has gone without a word, or the lab has. */
  unwatchAll(): void {
    for (const watch of this.#nodes.values()) watch.close();
    this.#nodes.clear();
    this.#counts.clear();
    this.#macs.clear();
  }

  /** Nodes came or went: those that could not be read are tried again. */
  nodesChanged(): void {
    for (const watch of this.#nodes.values()) watch.retry();
    this.#learnMacsSoon();
  }

  dispose(): void {
    if (this.#macsTimer) clearTimeout(this.#macsTimer);
    this.unwatchAll();
  }

  #newWatch(node: string): NodeWatch {
    return new NodeWatch({
      node,
      transport: () => this.#options.transport(node),
      context: () => this.#context(node),
      changed: this.#options.changed,
      sawInterfaces: (seen, text) => {
        this.#learn(seen, text);
      },
      now: this.#options.now ?? Date.now,
    });
  }

  #context(node: string): PanelContext {
    const { lab } = this.#options.context();
    return { node, lab, macs: this.#macs, ownRules: this.#ownRules(lab) };
  }

  #ownRules(lab: Lab): ReadonlySet<string> {
    if (this.#own?.lab !== lab) {
      const values = valuesOf(lab);
      const rules = Object.values(lab.rules).flatMap(({ operations }) =>
        operations.flatMap((operation) => {
          const filled = fillOperation(operation, values);
          return 'rule' in filled ? [canonicalRule(filled.rule)] : [];
        }),
      );
      this.#own = { lab, rules: new Set(rules) };
    }
    return this.#own.rules;
  }

  #learn(node: string, text: string): boolean {
    let news = false;
    for (const { address, ifname } of parseLinks(text).rows) {
      if (address === undefined || this.#macs.get(address) === `${ifname} of ${node}`) continue;
      this.#macs.set(address, `${ifname} of ${node}`);
      news = true;
    }
    return news;
  }

  /** Whose MAC it is, is known by asking every node once; only the neighbours panels say it. */
  #learnMacsSoon(): void {
    this.#macsTimer ??= setTimeout(() => {
      this.#macsTimer = null;
      void this.#learnMacs();
    }, 100);
    this.#macsTimer.unref();
  }

  async #learnMacs(): Promise<void> {
    if (![...this.#counts.keys()].some((key) => key.endsWith(' neighbours'))) return;
    const nodes = Object.keys(this.#options.context().lab.nodes);
    const learned = await Promise.all(
      nodes.map(async (node) => {
        try {
          const { stdout } = await this.#options.transport(node).exec(probes.addresses);
          return this.#learn(node, stdout);
        } catch {
          // Not running: it has no MACs.
          return false;
        }
      }),
    );
    if (!learned.includes(true)) return;
    for (const watch of this.#nodes.values()) watch.wake(['neighbours']);
  }
}
