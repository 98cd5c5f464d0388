/**
 * All open shells, and the one window that draws them. Plain Node: the app runs it in a process of its own,
 * the command line and the tests run it in theirs.
 */
import type { ToHost, ToWindow } from '../contract/terminal.ts';
import type { ShellSpec } from '../transports/transport.ts';
import type { PtyEvent } from './pty-event.ts';
import { PtySession, type Size } from './pty-session.ts';

/** A message channel to a window, whatever carries it. */
export interface WindowPort {
  postMessage(message: ToWindow): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** Ended terminals kept for a window that reloads; older ones are forgotten. */
const endedKept = 30;

export class PtyHost {
  readonly #sessions = new Map<string, PtySession>();
  readonly #tapped = new Set<string>();
  /**
   * Terminals the window has asked for before they were opened, with the size it has for them: what the app says and what the
   * window says come by two channels, and nothing keeps them in order.
   */
  readonly #early = new Map<string, Size>();
  #port: WindowPort | null = null;

  constructor(private readonly emit: (event: PtyEvent) => void) {}

  open(id: string, spec: ShellSpec, size: Size): void {
    if (this.#sessions.has(id)) return;
    let session: PtySession;
    try {
      session = new PtySession(spec, size, {
        marker: (marker) => {
          this.emit({ ...marker, id });
        },
        output: (data) => {
          if (this.#tapped.has(id)) this.emit({ type: 'output', id, data });
        },
        ended: (exitCode) => {
          this.#post({ type: 'ended', id, exitCode });
          this.emit({ type: 'ended', id, exitCode });
        },
      });
    } catch {
      // The program or its folder does not exist: for the learner, a shell that ended at once.
      this.emit({ type: 'ended', id, exitCode: 127 });
      return;
    }
    this.#sessions.set(id, session);
    this.#forgetOld();
    this.emit({ type: 'started', id, pid: session.pid });
    const early = this.#early.get(id);
    this.#early.delete(id);
    if (early) this.#attach(id, session, early);
  }

  input(id: string, data: string): void {
    this.#sessions.get(id)?.input(data);
  }

  close(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    this.#early.delete(id);
    this.#tapped.delete(id);
    void session?.close();
  }

  tap(id: string, on: boolean): void {
    if (on) this.#tapped.add(id);
    else this.#tapped.delete(id);
  }

  /** A window is there, or a reloaded one in place of the last. */
  connectWindow(port: WindowPort): void {
    this.disconnectWindow();
    this.#port = port;
    port.onMessage((message) => {
      if (this.#port === port && isToHost(message)) this.#fromWindow(message);
    });
  }

  disconnectWindow(): void {
    this.#port = null;
    this.#early.clear();
    for (const session of this.#sessions.values()) session.detach();
  }

  async dispose(): Promise<void> {
    const all = [...this.#sessions.values()];
    this.#sessions.clear();
    this.#port = null;
    await Promise.all(all.map((session) => session.close()));
  }

  #fromWindow(message: ToHost): void {
    const { id } = message;
    const session = this.#sessions.get(id);
    if (!session) {
      if (message.type === 'resize' && this.#early.has(id)) this.#early.set(id, message);
      if (message.type !== 'attach') return;
      this.#early.set(id, message);
      // After this process was replaced there is none, and will be none.
      this.#post({ type: 'ended', id, exitCode: -1 });
      return;
    }
    switch (message.type) {
      case 'attach':
        this.#attach(id, session, message);
        return;
      case 'input':
        session.input(message.data);
        return;
      case 'resize':
        session.resize(message);
        return;
      case 'acknowledge':
        session.acknowledge(message.characters);
    }
  }

  #attach(id: string, session: PtySession, size: Size): void {
    const data = session.attach(size, (piece) => {
      this.#post({ type: 'data', id, data: piece });
    });
    this.#post({ type: 'replay', id, data });
    if (session.exitCode !== null) this.#post({ type: 'ended', id, exitCode: session.exitCode });
  }

  #post(message: ToWindow): void {
    this.#port?.postMessage(message);
  }

  #forgetOld(): void {
    const ended = [...this.#sessions].filter(([, session]) => session.exitCode !== null);
    for (const [id] of ended.slice(0, Math.max(0, ended.length - endedKept))) {
      this.#sessions.delete(id);
    }
  }
}

/** The window is not trusted: a message of any other shape is dropped. */
export function isToHost(message: unknown): message is ToHost {
  if (typeof message !== 'object' || message === null) return false;
  const { type, id, data, columns, rows, characters } = message as Record<string, unknown>;
  if (typeof id !== 'string' || !/^t[0-9]{1,6}$/.test(id)) return false;
  switch (type) {
    case 'attach':
    case 'resize':
      return isNumber(columns) && isNumber(rows);
    case 'input':
      return typeof data === 'string';
    case 'acknowledge':
      return isNumber(characters);
    default:
      return false;
  }
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
