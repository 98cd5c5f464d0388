/**
 * One shell in one pty. Everything that leaves it is read for marks, kept for replay, and given to the
 * window as fast as the window draws. Without a window it runs on: a build must not stop because nobody looks.
 * The only file that imports node-pty.
 */
import { spawn, type IPty } from '@lydell/node-pty';
import { flow, replayLimit } from '../contract/terminal.ts';
import type { ShellSpec } from '../transports/transport.ts';
import { Coalesce } from './coalesce.ts';
import { FlowControl } from './flow-control.ts';
import { MarkerReader, type Marker } from './markers.ts';
import { Replay } from './replay.ts';

export interface Size {
  columns: number;
  rows: number;
}

export interface SessionEvents {
  marker(marker: Marker): void;
  /** Every piece as it comes, before it is joined. */
  output(data: string): void;
  ended(exitCode: number): void;
}

/** How long a shell may take to end by itself once its terminal is closed. */
const graceMs = 1_000;

export class PtySession {
  readonly pid: number;
  readonly ended: Promise<number>;
  #exitCode: number | null = null;
  #window: ((data: string) => void) | null = null;
  readonly #pty: IPty;
  readonly #replay = new Replay(replayLimit);
  readonly #markers = new MarkerReader();
  readonly #flow: FlowControl;
  readonly #toWindow: Coalesce;

  constructor(spec: ShellSpec, size: Size, events: SessionEvents) {
    this.#pty = spawn(spec.argv[0], spec.argv.slice(1), {
      name: 'xterm-256color',
      cols: columnsOf(size),
      rows: rowsOf(size),
      cwd: spec.cwd,
      // Nothing of the app's own environment reaches a shell.
      env: { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...spec.env },
    });
    this.pid = this.#pty.pid;
    this.#flow = new FlowControl(flow, this.#pty);
    this.#toWindow = new Coalesce((data) => this.#window?.(data));
    this.#pty.onData((data) => {
      for (const marker of this.#markers.read(data)) events.marker(marker);
      events.output(data);
      this.#replay.push(data);
      if (!this.#window) return;
      this.#flow.sent(data.length);
      this.#toWindow.push(data);
    });
    this.ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#exitCode = signal ? 128 + signal : exitCode;
        this.#toWindow.flush();
        events.ended(this.#exitCode);
        resolve(this.#exitCode);
      });
    });
  }

  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Answers what the terminal showed so far; from now on `send` gets every piece, in order. */
  attach(size: Size, send: (data: string) => void): string {
    this.detach();
    this.resize(size);
    this.#window = send;
    return this.#replay.text();
  }

  /** Pieces that wait are in the replay already. */
  detach(): void {
    this.#window = null;
    this.#toWindow.flush();
    this.#flow.reset();
  }

  input(data: string): void {
    if (this.#exitCode === null) this.#pty.write(data);
  }

  acknowledge(characters: number): void {
    this.#flow.acknowledged(characters);
  }

  resize(size: Size): void {
    if (this.#exitCode !== null) return;
    const [columns, rows] = [columnsOf(size), rowsOf(size)];
    if (columns !== this.#pty.cols || rows !== this.#pty.rows) this.#pty.resize(columns, rows);
  }

  /** Hangs up, as a terminal that is closed does; a shell that does not listen is killed. */
  async close(): Promise<void> {
    if (this.#exitCode !== null) return;
    this.detach();
    this.#signal('SIGHUP');
    const timer = setTimeout(() => {
      this.#signal('SIGKILL');
    }, graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  #signal(name: 'SIGHUP' | 'SIGKILL'): void {
    try {
      // The shell leads its own process group: what it runs in the foreground of it goes too.
      process.kill(-this.pid, name);
    } catch {
      this.#pty.kill(name);
    }
  }
}

const columnsOf = (size: Size) => clamp(size.columns, 2, 1000);
const rowsOf = (size: Size) => clamp(size.rows, 1, 500);

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(value) || least));
}
