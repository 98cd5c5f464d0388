/**
 * The terminals of a session: which are open, on which node, over which road, and whether their shell is
 * at its prompt. Bytes do not pass here; they go between the pty host and the window.
 */
import { LabFailure } from '../contract/failure.ts';
import type { TerminalInfo } from '../contract/terminal.ts';
import type { PtyEvent, PtyHostClient } from '../terminals/client.ts';
import type { ShellSpec, Transport } from '../transports/transport.ts';

export interface TerminalsOptions {
  ptyHost: PtyHostClient;
  transport(node: string): Transport;
  changed(terminals: TerminalInfo[]): void;
  reveal(id: string): void;
  ran(node: string, command: string, exit: number | null): void;
}

interface Entry {
  info: TerminalInfo;
  atPrompt: boolean;
  /** Runs one program and no shell: nothing is ever typed into it. */
  program: boolean;
  /** Hidden terminals belong to the app itself: replaying a step, proving a lab. */
  hidden: boolean;
}

/** Ids are never used twice while the app runs, so that a late event cannot reach the wrong terminal. */
let count = 0;

export class Terminals {
  private readonly entries = new Map<string, Entry>();
  private readonly listeners = new Set<(event: PtyEvent) => void>();
  private readonly stop: () => void;

  constructor(private readonly options: TerminalsOptions) {
    this.stop = options.ptyHost.onEvent((event) => {
      this.onEvent(event);
    });
  }

  list(): TerminalInfo[] {
    return [...this.entries.values()].filter((entry) => !entry.hidden).map((entry) => entry.info);
  }

  /** Opens a login shell. `path` asks for one of the node's roads. Rejects with `node-down`. */
  async open(
    node: string,
    { path, hidden = false }: { path?: string; hidden?: boolean } = {},
  ): Promise<TerminalInfo> {
    const spec = await this.options.transport(node).shell(path);
    return this.begin(node, spec, { hidden, program: false });
  }

  /** Opens a terminal that runs one program. Resolves when it is open; `ended` when the program is, with its status. */
  async program(
    node: string,
    argv: ShellSpec['argv'],
    title: string,
  ): Promise<{ ended: Promise<number | null>; close(): void }> {
    const shell = await this.options.transport(node).shell();
    const spec = { ...shell, argv, title, path: 'program' };
    const { id } = this.begin(node, spec, { hidden: false, program: true });
    const ended = new Promise<number | null>((resolve) => {
      const stop = this.options.ptyHost.onEvent((event) => {
        if (event.type !== 'ended' || event.id !== id) return;
        stop();
        resolve(event.exitCode);
      });
    });
    this.reveal(id);
    return { ended, close: () => this.close(id) };
  }

  private begin(
    node: string,
    spec: ShellSpec,
    kind: Pick<Entry, 'hidden' | 'program'>,
  ): TerminalInfo {
    count += 1;
    const id = `t${String(count)}`;
    const info: TerminalInfo = {
      id,
      node,
      title: spec.title,
      path: spec.path,
      state: 'open',
      exitCode: null,
      frozen: null,
    };
    this.entries.set(id, { info, atPrompt: false, ...kind });
    this.options.ptyHost.open(id, spec, { columns: 80, rows: 24 });
    this.announce();
    return info;
  }

  /** Opens one unless there is one; those that have ended make room. */
  async ensure(node: string): Promise<void> {
    const mine = [...this.entries.values()]
      .filter(({ info, hidden, program }) => info.node === node && !hidden && !program)
      .map(({ info }) => info);
    if (mine.some(({ state }) => state === 'open')) return;
    for (const { id } of mine) this.close(id);
    await this.open(node);
  }

  close(id: string): void {
    if (!this.entries.delete(id)) return;
    this.options.ptyHost.close(id);
    this.announce();
  }

  closeAll(): void {
    for (const { info } of [...this.entries.values()]) this.close(info.id);
  }

  /** Those that run one program of ours stay. */
  closeShells(): void {
    for (const { info, program } of [...this.entries.values()]) if (!program) this.close(info.id);
  }

  closeHidden(): void {
    for (const { info, hidden } of [...this.entries.values()]) if (hidden) this.close(info.id);
  }

  /** The terminal to type in on a node: the first open one whose road is not cut. */
  usable(node: string, hidden: boolean): TerminalInfo | undefined {
    return [...this.entries.values()].find(
      (entry) =>
        entry.hidden === hidden &&
        !entry.program &&
        entry.info.node === node &&
        entry.info.state === 'open' &&
        !entry.info.frozen,
    )?.info;
  }

  /** A terminal whose road is cut has been replaced by another. */
  closeFrozen(node: string, hidden: boolean): void {
    for (const entry of [...this.entries.values()]) {
      if (entry.info.node === node && entry.hidden === hidden && entry.info.frozen)
        this.close(entry.info.id);
    }
  }

  isAtPrompt(id: string): boolean {
    return this.entries.get(id)?.atPrompt ?? false;
  }

  reveal(id: string): void {
    if (!this.entries.get(id)?.hidden) this.options.reveal(id);
  }

  /** Types into a terminal, as the learner would. */
  type(id: string, data: string): void {
    const entry = this.entries.get(id);
    if (entry?.info.state !== 'open') throw new LabFailure('not-found', 'That terminal has ended.');
    if (/[\r\n]/.test(data)) entry.atPrompt = false;
    this.options.ptyHost.input(id, data);
  }

  tap(id: string, on: boolean): void {
    this.options.ptyHost.tap(id, on);
  }

  onEventOf(listener: (event: PtyEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Marks terminals whose road is cut, and names another road when there is one. */
  async checkRoads(): Promise<void> {
    let changed = false;
    for (const { info } of this.entries.values()) {
      if (info.state !== 'open') continue;
      const roads = await Promise.resolve()
        .then(() => this.options.transport(info.node).roads())
        .catch(() => []);
      const mine = roads.find((road) => road.path === info.path);
      const frozen =
        mine && !mine.works
          ? {
              why: mine.why ?? 'Its road is cut.',
              offer: roads.find((road) => road.works)?.path ?? null,
            }
          : null;
      if (JSON.stringify(frozen) === JSON.stringify(info.frozen)) continue;
      info.frozen = frozen;
      changed = true;
    }
    if (changed) this.announce();
  }

  dispose(): void {
    this.closeAll();
    this.stop();
  }

  private onEvent(event: PtyEvent): void {
    const entry = this.entries.get(event.id);
    if (!entry) return;
    if (event.type === 'prompt') entry.atPrompt = true;
    if (event.type === 'ran' && event.exit < 0) entry.atPrompt = false;
    if (event.type === 'ran')
      this.options.ran(event.node, event.command, event.exit < 0 ? null : event.exit);
    if (event.type === 'ended') {
      entry.info = { ...entry.info, state: 'ended', exitCode: event.exitCode, frozen: null };
      entry.atPrompt = false;
      if (entry.hidden) this.entries.delete(event.id);
      this.announce();
    }
    for (const listener of [...this.listeners]) listener(event);
  }

  private announce(): void {
    this.options.changed(this.list());
  }
}
