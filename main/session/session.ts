/**
 * A running lab: brings the backend, the steps, the rules, the panels and the terminals together and says
 * what the window shows. Everything it shows is asked again when something changes; nothing is assumed.
 */
import type { Backend, Task } from '../backends/backend.ts';
import { LabFailure, toFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type {
  LabMap,
  NodeLife,
  NodeState,
  Phase,
  RuleState,
  SessionState,
} from '../contract/session.ts';
import type { TerminalInfo } from '../contract/terminal.ts';
import { fillCheck, valuesOf, type Values } from '../labs/values.ts';
import type { Journal } from '../rules/journal.ts';
import { RuleEngine } from '../rules/engine.ts';
import type { PtyHostClient } from '../terminals/client.ts';
import { evaluate } from './checks/evaluate.ts';
import type { CheckContext } from './checks/outcome.ts';
import { ipJson, type IpLink } from './checks/kernel-reads.ts';
import { Debounce } from './debounce.ts';
import { drawMap, readFacts, type NodeFacts } from './live-map.ts';
import type { Progress, ProgressKeeper } from './progress.ts';
import { solve } from './solver.ts';
import { StepBook } from './step-book.ts';
import { Terminals } from './terminals.ts';
import { Triggers } from './triggers.ts';

export interface SessionOptions {
  backend: Backend;
  ptyHost: PtyHostClient;
  progress: ProgressKeeper;
  journal(labId: string): Promise<Journal>;
  changed(state: SessionState): void;
  terminals(list: TerminalInfo[]): void;
  reveal(id: string): void;
  log(line: string): void;
  /** A node came up or went down: panels that show it read again. */
  nodesChanged(): void;
}

/** What needs no event to change: looked at every second while a check that depends on it is open. */
const timed = new Set(['socket', 'conntrack', 'nat', 'listens', 'file', 'neigh', 'fdb']);
const timerMs = 1000;

export class Session {
  readonly terminals: Terminals;
  phase: Phase = { phase: 'starting', label: 'Starting', fraction: null };
  private book: StepBook;
  private engine: RuleEngine | null = null;
  private values: Values;
  private lives = new Map<string, NodeLife>();
  private details = new Map<string, string | null>();
  private map: LabMap = { nodes: [], links: [] };
  private task: SessionState['task'] = null;
  private abort = new AbortController();
  private stopWatching: () => void = () => undefined;
  private closed = false;
  private readonly triggers: Triggers;
  private readonly look: Debounce;
  private readonly say: Debounce;
  private readonly timer: NodeJS.Timeout;

  constructor(
    public lab: Lab,
    private readonly options: SessionOptions,
    progress: Progress,
  ) {
    this.book = new StepBook(lab, progress);
    this.values = valuesOf(lab);
    this.terminals = new Terminals({
      ptyHost: options.ptyHost,
      transport: (node) => this.transport(node),
      changed: options.terminals,
      reveal: options.reveal,
      ran: (node, command, exit) => {
        this.book.recordRan(node, command, exit);
        this.look.soon();
      },
    });
    this.triggers = new Triggers(() => {
      this.look.soon();
    });
    this.look = new Debounce(20, () => this.observe());
    this.say = new Debounce(4, () => {
      if (!this.closed) options.changed(this.state());
      return Promise.resolve();
    });
    this.timer = setInterval(() => {
      if (
        this.phase.phase === 'running' &&
        this.book.open().some((check) => timed.has(check.check))
      )
        this.look.soon();
    }, timerMs);
    this.timer.unref();
  }

  /** Brings the lab up and opens its first terminals. Rejects with LabFailure, and then nothing is left. */
  async start(): Promise<void> {
    const began = performance.now();
    try {
      await this.options.backend.up(this.lab, this.taskFor(this.abort.signal));
      await this.attach();
      this.phase = { phase: 'running', upMs: performance.now() - began };
      this.announce();
      await this.openFirstTerminals();
      this.look.soon();
    } catch (error) {
      this.phase = { phase: 'failed', failure: toFailure(error) };
      this.announce();
      throw error;
    }
  }

  /** The learner went on to another lab in the same sandbox: same nodes, other steps and rules. */
  async becomeLab(lab: Lab): Promise<void> {
    const { value } = await this.options.progress.load(lab.id);
    this.lab = lab;
    this.values = valuesOf(lab);
    value.step ??= 0;
    this.book = new StepBook(lab, value);
    await this.attach();
    this.save();
    this.look.soon();
  }

  async stop(): Promise<void> {
    if (this.closed) return;
    this.phase = { phase: 'stopping', label: 'Taking everything down' };
    this.announce();
    this.abort.abort();
    clearInterval(this.timer);
    this.stopWatching();
    this.triggers.dispose();
    this.terminals.dispose();
    await this.options.backend.destroy(this.lab, this.taskFor(new AbortController().signal));
    this.closed = true;
    await this.options.progress.settled();
  }

  show(step: number): void {
    if (!this.book.show(step)) return;
    this.save();
    this.announce();
    this.look.soon();
  }

  choose(prediction: string, choice: number): void {
    this.book.choose(prediction, choice);
    this.save();
    this.look.soon();
  }

  note(text: string): void {
    this.book.progress.note = text;
    this.save();
  }

  rules(): RuleEngine {
    if (!this.engine) throw new LabFailure('node-down', 'The lab is not running.');
    return this.engine;
  }

  /** Applies the rules the step on screen shows, the marked ones excepted. */
  applyStepRules(): Promise<void> {
    return this.rules().applyAll(this.book.step.rules.filter((id) => !this.lab.rules[id]?.marked));
  }

  /** Types a step's solution, visibly. Rejects when a line does not come back. */
  showMe(index: number): Promise<void> {
    const step = this.lab.steps[index];
    if (!step) throw new LabFailure('not-found', 'There is no such step.');
    return this.long(`Typing the solution of “${step.title}”`, (signal) =>
      this.solveStep(index, { visible: true, effectsOnly: false, signal }),
    );
  }

  /** Types a step's solution at once into hidden terminals; used by checkpoints and proofs. */
  async solveStep(
    index: number,
    {
      visible,
      effectsOnly,
      signal,
    }: { visible: boolean; effectsOnly: boolean; signal: AbortSignal },
  ): Promise<void> {
    const lines = (this.lab.steps[index]?.solve ?? []).map((line) => ({
      ...line,
      ...(line.type !== undefined && { type: this.fill(line.type) }),
      ...(line.for !== undefined && { for: this.fill(line.for) }),
    }));
    await solve(lines, this.terminals, {
      visible,
      effectsOnly,
      signal,
      answer: (prediction, choice) => {
        this.choose(prediction, choice);
      },
    });
  }

  /** Brings the nodes to the state at the start of a step: a fresh sandbox, and the steps before it replayed. */
  goTo(index: number): Promise<void> {
    const step = this.lab.steps[index];
    if (!step) throw new LabFailure('not-found', 'There is no such step.');
    return this.long(`Going to the start of “${step.title}”`, async (signal, progress) => {
      const open = this.terminals.list().map((info) => info.node);
      this.terminals.closeAll();
      await this.restart(signal);
      for (let at = 0; at < index; at += 1) {
        progress(at / index, `Redoing “${this.lab.steps[at]?.title ?? ''}”`);
        await this.solveStep(at, { visible: false, effectsOnly: true, signal });
      }
      this.terminals.closeHidden();
      this.book.reopen(index);
      this.save();
      await this.reopenTerminals(open);
    });
  }

  resetStep(): Promise<void> {
    return this.goTo(this.book.current);
  }

  cancel(): void {
    this.abort.abort();
    this.abort = new AbortController();
  }

  /** Asks everything again and waits for the answers; for proofs and tests. */
  settle(): Promise<void> {
    return this.look.now();
  }

  state(): SessionState {
    const steps = this.book.states((text) => this.fill(text));
    return {
      labId: this.lab.id,
      title: this.lab.title,
      backend: this.options.backend.kind,
      phase: this.phase,
      nodes: this.nodeStates(),
      values: { ...this.values },
      step: this.book.current,
      steps,
      rules: this.engine?.states() ?? [],
      map: this.map,
      note: this.book.progress.note,
      task: this.task,
    };
  }

  transport(node: string) {
    if (!(node in this.lab.nodes))
      throw new LabFailure('not-found', `This lab has no node ${node}.`);
    return this.options.backend.transport(this.lab, node);
  }

  life(node: string): NodeLife {
    return this.lives.get(node) ?? 'absent';
  }

  /** Ends what stands and starts it anew, in the same session. */
  private async restart(signal: AbortSignal): Promise<void> {
    this.stopWatching();
    this.triggers.dispose();
    this.terminals.closeHidden();
    await this.options.backend.destroy(this.lab, this.taskFor(signal));
    await this.options.backend.up(this.lab, this.taskFor(signal));
    await this.attach();
  }

  /** Begins to listen to a backend that has just come up, or to another lab in it. */
  private async attach(): Promise<void> {
    this.stopWatching();
    const journal = await this.options.journal(this.lab.id);
    this.engine = new RuleEngine({
      rules: this.lab.rules,
      values: this.values,
      transport: (node) => this.transport(node),
      journal,
      onChange: () => {
        this.announce();
      },
    });
    this.stopWatching = this.options.backend.watch(this.lab, () => void this.readLives());
    await this.readLives();
  }

  private async readLives(): Promise<void> {
    const status = await this.options.backend.status(this.lab);
    const before = this.lives;
    this.lives = new Map(status.map((item) => [item.id, item.life]));
    this.details = new Map(status.map((item) => [item.id, item.detail]));
    for (const { id, life } of status) {
      const came = life === 'running' && before.get(id) !== 'running';
      const went = life !== 'running' && before.get(id) === 'running';
      if (came) {
        if (this.lab.nodes[id]?.kind !== 'server') this.triggers.watch(id, this.transport(id));
        if (this.phase.phase === 'running' && !this.task) void this.openTerminalFor(id);
      }
      if (went) {
        this.triggers.unwatch(id);
        void this.engine?.forget(id).catch(() => undefined);
      }
    }
    this.options.nodesChanged();
    this.announce();
    this.look.soon();
  }

  /** Reads what the window shows and asks the open step's checks. */
  private async observe(): Promise<void> {
    if (this.closed || this.phase.phase !== 'running') return;
    await Promise.all([this.drawLiveMap(), this.engine?.refresh(), this.terminals.checkRoads()]);
    const context = this.checkContext();
    const { book } = this;
    let changed = false;
    await Promise.all(
      book.open().map(async (check) => {
        const outcome = await evaluate(fillCheck(check, this.values), context);
        if (book === this.book && book.step.checks.includes(check))
          changed = book.record(check, outcome) || changed;
      }),
    );
    if (changed) this.save();
    this.announce();
  }

  private async drawLiveMap(): Promise<void> {
    const facts = new Map<string, NodeFacts | null>();
    await Promise.all(
      [...this.lives].map(async ([id, life]) => {
        if (life === 'running') facts.set(id, await readFacts(this.transport(id)));
      }),
    );
    this.map = drawMap(this.lab, this.lives, facts);
    const live = [...facts].flatMap(([node, read]) =>
      (this.lab.nodes[node]?.interfaces ?? []).flatMap((card) => {
        const link = read?.links.find((item) => item.ifname === card.name);
        const address = link?.addr_info?.find((info) => info.family === 'inet')?.local;
        return link
          ? [
              {
                node,
                network: card.network,
                ifname: link.ifname,
                ...(address && { address }),
                ...(link.address && { mac: link.address }),
              },
            ]
          : [];
      }),
    );
    this.values = { ...this.values, ...valuesOf(this.lab, live) };
  }

  private checkContext(): CheckContext {
    const rules = new Map(
      (this.engine?.states() ?? []).map((rule: RuleState) => [rule.id, rule.life]),
    );
    return {
      transport: (node) => this.transport(node),
      isUp: (node) => this.life(node) === 'running',
      ran: this.book.ran,
      answered: this.book.answered,
      ruleLife: (rule) => rules.get(rule) ?? 'unavailable',
      macsOf: async (node) =>
        (await ipJson<IpLink>(this.transport(node), 'link', 'show')).map(
          (link) => link.address ?? '',
        ),
      nodeOf: (address) =>
        this.map.nodes.find((node) => node.facts.some((fact) => fact.endsWith(` ${address}`)))
          ?.id ?? null,
    };
  }

  private nodeStates(): NodeState[] {
    return Object.entries(this.lab.nodes).map(([id, spec]) => ({
      id,
      kind: spec.kind,
      title: spec.title ?? id,
      life: this.life(id),
      startsBy:
        spec.kind === 'machine'
          ? `vagrant up in ~/${this.lab.folder}`
          : spec.kind === 'container'
            ? `docker run -d --rm --name=${id} ${spec.image}`
            : null,
      detail: this.details.get(id) ?? null,
    }));
  }

  private async openFirstTerminals(): Promise<void> {
    for (const node of this.lab.terminals) await this.openTerminalFor(node);
  }

  /** Opens the terminal a lab wants on a node, unless there is one. */
  private async openTerminalFor(node: string): Promise<void> {
    if (!this.lab.terminals.includes(node) || this.life(node) !== 'running') return;
    for (const info of this.terminals.list()) {
      if (info.node !== node) continue;
      if (info.state === 'open') return;
      this.terminals.close(info.id);
    }
    await this.terminals.open(node).catch((error: unknown) => {
      this.options.log(toFailure(error).message);
    });
  }

  private async reopenTerminals(nodes: string[]): Promise<void> {
    const wanted = [...nodes, ...this.lab.terminals.filter((node) => !nodes.includes(node))];
    for (const node of wanted) if (this.life(node) === 'running') await this.terminals.open(node);
  }

  /** One longer task at a time, with a label and a way to cancel it. */
  private async long(
    label: string,
    work: (
      signal: AbortSignal,
      progress: (fraction: number, label: string) => void,
    ) => Promise<void>,
  ): Promise<void> {
    if (this.task) throw new LabFailure('busy', `${this.task.label}: wait for it, or cancel it.`);
    const { signal } = this.abort;
    const set = (fraction: number | null, text: string): void => {
      this.task = { label: text, fraction, cancellable: true };
      this.announce();
    };
    set(null, label);
    try {
      await work(signal, set);
    } catch (error) {
      if (signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
      throw error;
    } finally {
      this.task = null;
      this.terminals.closeHidden();
      this.announce();
      this.look.soon();
    }
  }

  private taskFor(signal: AbortSignal): Task {
    return {
      signal,
      progress: (fraction, label) => {
        if (this.phase.phase === 'starting') this.phase = { phase: 'starting', label, fraction };
        this.announce();
      },
      log: this.options.log,
    };
  }

  private fill(text: string): string {
    return text.replace(
      /\{\{ ?([A-Za-z][A-Za-z0-9.-]*) ?\}\}/g,
      (whole, name: string) => this.values[name] ?? whole,
    );
  }

  private save(): void {
    this.options.progress.save(this.lab.id, structuredClone(this.book.progress));
    this.announce();
  }

  private announce(): void {
    this.say.soon();
  }
}
