/**
 * A running lab: brings the backend, the steps, the rules, the panels and the terminals together and says
 * what the window shows. Everything it shows is asked again when something changes; nothing is assumed.
 */
import type { Task } from '../backends/backend.ts';
import { LabFailure, toFailure } from '../contract/failure.ts';
import type { Lab, Step } from '../contract/lab.ts';
import type { Answers } from '../contract/questions.ts';
import type { NodeLife, Phase, SessionState } from '../contract/session.ts';
import { RuleEngine } from '../rules/engine.ts';
import type { Journal } from '../rules/journal.ts';
import type { Transport } from '../transports/transport.ts';
import { askChecks, needTime } from './ask-checks.ts';
import { Debounce } from './debounce.ts';
import { HostGuard } from './host-guard.ts';
import { LabNodes } from './lab-nodes.ts';
import { LiveView } from './live-view.ts';
import { LongTask } from './long-task.ts';
import { Permission } from './permission.ts';
import type { Progress } from './progress.ts';
import { Questions, type Asking } from './questions.ts';
import type { SessionOptions } from './session-options.ts';
import { stateOf } from './session-state.ts';
import { solveOrReplay, type HowToSolve } from './replay.ts';
import { StepBook, stepOf } from './step-book.ts';
import { Terminals } from './terminals.ts';
import { Triggers } from './triggers.ts';

const timerMs = 1000;

export class Session {
  readonly terminals: Terminals;
  phase: Phase = { phase: 'starting', label: 'Starting', fraction: null };
  private book: StepBook;
  private view: LiveView;
  private engine: RuleEngine | null = null;
  private journal: Journal | null = null;
  private stopWatching = (): void => undefined;
  private closed = false;
  private stopping: Promise<void> | null = null;
  private readonly guard: HostGuard | null;
  private readonly permission: Permission;
  private readonly questions: Questions | null;
  private readonly nodes = new LabNodes();
  private readonly task: LongTask;
  private readonly triggers: Triggers;
  private readonly look: Debounce;
  private readonly say: Debounce;
  private readonly timer: NodeJS.Timeout;

  constructor(
    public lab: Lab,
    private readonly options: SessionOptions & Asking,
    progress: Progress,
  ) {
    this.book = new StepBook(lab, progress);
    this.view = new LiveView(lab);
    this.say = new Debounce(4, () => {
      if (!this.closed) options.changed(this.state());
      return Promise.resolve();
    });
    // What the learner looks at is painted first: the reads of a round would compete with it for the processor.
    this.look = new Debounce(60, () => this.observe());
    const { transport } = this;
    this.guard = HostGuard.of(options.backend.rights, lab, transport, () => void this.readLives());
    this.questions = options.answers ? new Questions(options.answers, () => this.say.soon()) : null;
    this.task = new LongTask(() => this.say.soon());
    this.triggers = new Triggers(() => this.look.soon());
    const { ptyHost, terminals: changed, reveal } = options;
    const ran = (node: string, command: string, exit: number | null) => {
      this.book.recordRan(node, command, exit);
      this.look.soon();
    };
    this.terminals = new Terminals({ ptyHost, transport, changed, reveal, ran });
    const now = () => ({ lab: this.lab, engine: this.engine });
    this.permission = new Permission(options, this.guard, this.terminals, now);
    this.timer = setInterval(() => {
      if (this.phase.phase === 'running' && needTime(this.book.open())) this.look.soon();
    }, timerMs);
    this.timer.unref();
  }

  /**
   * Asks what must be asked, brings the lab up and opens its first terminals. Rejects with LabFailure, and then nothing is left.
   */
  async start(): Promise<void> {
    const began = performance.now();
    try {
      await this.options.backend.up(this.lab, this.taskFor(this.task.signal));
      await this.attach();
      this.phase = { phase: 'running', upMs: performance.now() - began };
      this.say.soon();
      for (const node of this.lab.terminals) await this.openTerminalFor(node);
      await this.permission.meetNeed();
      this.look.soon();
    } catch (error) {
      if (this.phase.phase === 'running') await this.stop().catch(() => undefined);
      this.phase = { phase: 'failed', failure: toFailure(error) };
      this.say.soon();
      throw error;
    }
  }

  /** The learner went on to another lab in the same sandbox: same nodes, other steps and rules. */
  async becomeLab(lab: Lab): Promise<void> {
    const { value } = await this.options.progress.load(lab.id);
    value.step ??= 0;
    this.lab = lab;
    this.view = new LiveView(lab);
    this.book = new StepBook(lab, value);
    await this.attach();
    this.save();
    this.look.soon();
  }

  /**
   * Ends everything and resolves when it is gone. Rejects with what could not be taken away; the session has ended all the same.
   * Safe to repeat: there is one end.
   */
  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    this.phase = { phase: 'stopping', label: 'Taking everything down' };
    this.say.soon();
    this.task.cancel();
    clearInterval(this.timer);
    this.stopWatching();
    this.triggers.dispose();
    const task = this.taskFor(new AbortController().signal);
    const left = await this.permission.end(() => this.options.backend.destroy(this.lab, task));
    this.closed = true;
    await this.journal?.close();
    await this.options.progress.settled();
    if (left) throw left;
  }

  show(step: number): void {
    if (!this.book.show(step)) return;
    this.save();
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

  /** Changes rules, and looks again when what they started (a resolver, say) has had time to be ready. */
  async change(act: (rules: RuleEngine, step: Step) => Promise<void>): Promise<void> {
    await act(this.rules(), this.book.step);
    for (const later of [0, 1000, 3000]) setTimeout(() => this.look.soon(), later).unref();
  }

  /** Starts the machines that do not run, as the lab's "vagrant up" does. Rejects with what that rejects with. */
  startMachines(): Promise<void> {
    return this.task.run('Starting the machines', (signal, report) =>
      this.options.backend.up(this.lab, this.taskFor(signal, report), { machines: true }),
    );
  }

  /** Types a step's solution, visibly. Rejects when a line does not come back. */
  showMe(index: number): Promise<void> {
    const { title } = stepOf(this.lab, index);
    return this.task.run(`Typing the solution of “${title}”`, (signal) =>
      this.solveStep(index, { visible: true, effectsOnly: false, signal }),
    );
  }

  /** Types a step's solution; at once and into hidden terminals when not `visible`. */
  solveStep(index: number, how: HowToSolve): Promise<void> {
    const { lab, terminals, view, guard } = this;
    const answer = this.choose.bind(this);
    const parts = { lab, terminals, values: view.values, answer };
    return solveOrReplay(stepOf(lab, index), parts, how, guard && this.rules());
  }

  /** Brings the nodes to the state at the start of a step: a fresh sandbox, and the steps before it replayed. */
  goTo(index: number): Promise<void> {
    const { title } = stepOf(this.lab, index);
    return this.task.run(`Going to the start of “${title}”`, async (signal, report) => {
      const open = this.terminals.list().map((info) => info.node);
      this.terminals.closeShells();
      await this.restart(signal);
      try {
        for (let at = 0; at < index; at += 1) {
          report(at / index, `Redoing “${stepOf(this.lab, at).title}”`);
          await this.solveStep(at, { visible: false, effectsOnly: true, signal });
        }
        this.book.reopen(index);
        this.save();
      } finally {
        this.terminals.closeHidden();
        for (const node of new Set([...this.lab.terminals, ...open]))
          await this.openTerminalFor(node, true);
        this.look.soon();
      }
    });
  }

  resetStep(): Promise<void> {
    return this.goTo(this.book.current);
  }

  cancel(): void {
    this.task.cancel();
  }

  /** What the learner chose of the questions that are asked. Throws `bad-request` when it is no answer. */
  reply(answers: Answers): void {
    this.questions?.reply(answers);
  }

  /** Asks everything again and waits for the answers; for proofs and tests. */
  settle(): Promise<void> {
    return this.look.now();
  }

  state(): SessionState {
    const { lab, phase, nodes, view, book, engine, guard, task, questions } = this;
    const backend = this.options.backend.kind;
    const { need } = this.permission;
    const parts = { lab, backend, phase, nodes, view, book, engine, guard, task, questions, need };
    return stateOf(parts);
  }

  /** How a node is reached. Throws LabFailure. */
  readonly transport = (node: string): Transport => {
    if (!(node in this.lab.nodes))
      throw new LabFailure('not-found', `This lab has no node ${node}.`);
    return this.options.backend.transport(this.lab, node);
  };

  life(node: string): NodeLife {
    return this.nodes.life(node);
  }

  /** Asks for the permission to change the learner's own computer. Rejects with `cancelled` or `not-permitted`. */
  async allow(): Promise<void> {
    await this.permission.allow();
    this.look.soon();
  }

  /** Takes back what was changed there, and gives the permission back; the report goes to whoever opened the session. */
  async disallow(): Promise<void> {
    await this.permission.giveBack();
    this.look.soon();
  }

  /** Ends what stands and starts it anew, in the same session. */
  private async restart(signal: AbortSignal): Promise<void> {
    this.stopWatching();
    this.triggers.dispose();
    const { backend } = this.options;
    const task = this.taskFor(signal);
    await this.guard?.clear(this.engine);
    try {
      if (!(await backend.reset?.(this.lab, task))) {
        await backend.destroy(this.lab, task);
        await backend.up(this.lab, task);
      }
    } catch (error) {
      // What stands still is looked at as before.
      await this.attach().catch(() => undefined);
      throw error;
    }
    await this.attach();
    await this.permission.meetNeed();
  }

  /** Begins to listen to a backend that has just come up, or to another lab in it. */
  private async attach(): Promise<void> {
    this.stopWatching();
    await this.journal?.close();
    this.journal = await this.options.journal(this.lab.id);
    this.adapt();
    this.engine = this.engineOn(this.journal);
    this.stopWatching = this.options.backend.watch(this.lab, () => void this.readLives());
    await this.readLives();
  }

  private engineOn(journal: Journal): RuleEngine {
    const { rules } = this.lab;
    const { transport } = this;
    const onChange = () => this.say.soon();
    const how = { transport, journal, onChange, onLost: this.options.lost };
    return new RuleEngine({ rules, values: this.view.values, ...how });
  }

  /** On the learner's own computer names and addresses are others, and known only once a machine runs. */
  private adapt(): void {
    const lab = this.options.backend.adapted?.(this.lab) ?? this.lab;
    if (lab === this.lab) return;
    this.lab = lab;
    this.view = new LiveView(lab);
    if (this.journal && this.engine) this.engine = this.engineOn(this.journal);
  }

  private async readLives(): Promise<void> {
    this.adapt();
    const { came, went } = await this.nodes.read(this.options.backend, this.lab);
    const isGoing = this.task.current?.label.startsWith('Going') ?? false;
    for (const id of came) {
      if (this.lab.nodes[id]?.kind !== 'server') this.triggers.watch(id, this.transport(id));
      if (this.phase.phase === 'running' && !isGoing) void this.openTerminalFor(id);
    }
    for (const id of went) {
      this.triggers.unwatch(id);
      void this.engine?.forget(id).catch(() => undefined);
    }
    this.options.nodesChanged();
    this.say.soon();
    this.look.soon();
  }

  /** Reads what the window shows and asks the open step's checks. */
  private async observe(): Promise<void> {
    if (this.closed || this.phase.phase !== 'running') return;
    const { book, view, engine, nodes, transport, terminals } = this;
    const shown = view.look(nodes.lives, transport);
    await Promise.all([shown, engine?.refresh(), terminals.checkRoads()]);
    const now = { book, view, nodes, engine, transport };
    const changed = await askChecks(now, () => book === this.book);
    if (changed) this.save();
    this.say.soon();
  }

  /** Opens a terminal on a node unless there is one; only where the lab wants one, or `always`. */
  private async openTerminalFor(node: string, always = false): Promise<void> {
    if ((!always && !this.lab.terminals.includes(node)) || this.life(node) !== 'running') return;
    await this.terminals.ensure(node).catch((error: unknown) => {
      this.options.log(toFailure(error).message);
    });
  }

  private taskFor(signal: AbortSignal, report?: Task['progress']): Task {
    const progress: Task['progress'] = (fraction, label) => {
      report?.(fraction, label);
      if (this.phase.phase === 'starting') this.phase = { phase: 'starting', label, fraction };
      this.say.soon();
    };
    const { questions, lab } = this;
    const ask = questions?.asker(lab.id, signal);
    return { signal, progress, log: this.options.log, ...(ask && { ask }) };
  }

  private save(): void {
    this.options.progress.save(this.lab.id, structuredClone(this.book.progress));
    this.say.soon();
  }
}
