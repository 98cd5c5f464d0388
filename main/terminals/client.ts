/**
 * How the app speaks to the pty host: the same calls whether the host lives in this process or in one of
 * its own.
 */
import type { ShellSpec } from '../transports/transport.ts';
import type { PtyEvent } from './pty-event.ts';
import { PtyHost, type WindowPort } from './pty-host.ts';

export type { PtyEvent };

export interface PtyHostClient {
  open(id: string, spec: ShellSpec, size: { columns: number; rows: number }): void;
  /** What the app types: "Show me", insert, prove. */
  input(id: string, data: string): void;
  /** SIGHUP, then SIGKILL after a grace time. */
  close(id: string): void;
  tap(id: string, on: boolean): void;
  onEvent(listener: (event: PtyEvent) => void): () => void;
  dispose(): Promise<void>;
}

/** Calls as they cross to a host in another process. */
export type HostCall =
  | { call: 'open'; id: string; spec: ShellSpec; size: { columns: number; rows: number } }
  | { call: 'input'; id: string; data: string }
  | { call: 'close'; id: string }
  | { call: 'tap'; id: string; on: boolean }
  | { call: 'dispose' };

/** What comes back. */
export type HostReply = { reply: 'event'; event: PtyEvent } | { reply: 'disposed' };

export interface InProcessPtyHost extends PtyHostClient {
  connectWindow(port: WindowPort): void;
}

export function inProcessPtyHost(): InProcessPtyHost {
  const listeners = new Listeners();
  const host = new PtyHost((event) => {
    listeners.tell(event);
  });
  return {
    open: (id, spec, size) => {
      host.open(id, spec, size);
    },
    input: (id, data) => {
      host.input(id, data);
    },
    close: (id) => {
      host.close(id);
    },
    tap: (id, on) => {
      host.tap(id, on);
    },
    onEvent: (listener) => listeners.add(listener),
    connectWindow: (port) => {
      host.connectWindow(port);
    },
    dispose: () => host.dispose(),
  };
}

/** The process that holds the host: a utility process of Electron, or anything that carries messages. */
export interface HostProcess {
  postMessage(call: HostCall): void;
  onMessage(listener: (reply: HostReply) => void): void;
  /** It ended without being asked to. */
  onLost(listener: () => void): void;
  kill(): void;
}

/** When a host that nobody has asked for yet is started. */
const startAfterMs = 1_000;
/** How long a host may take to close its shells before it is killed. */
const disposeMs = 2_500;

export function remotePtyHost(start: () => HostProcess): PtyHostClient {
  const listeners = new Listeners();
  const open = new Set<string>();
  let onDisposed: () => void = () => undefined;
  let host: HostProcess | null = null;
  const lost = () => {
    host = null;
    onDisposed();
    for (const id of [...open]) {
      open.delete(id);
      listeners.tell({ type: 'ended', id, exitCode: -1 });
    }
  };
  const reply = (message: HostReply) => {
    if (message.reply === 'disposed') {
      onDisposed();
      return;
    }
    if (message.event.type === 'ended') open.delete(message.event.id);
    listeners.tell(message.event);
  };
  const running = () => {
    if (host) return host;
    host = start();
    host.onMessage(reply);
    host.onLost(lost);
    return host;
  };
  // Not at once: until the window stands, it needs the processor more. Who opens a terminal before does not wait.
  const early = setTimeout(running, startAfterMs);
  return {
    open: (id, spec, size) => {
      open.add(id);
      running().postMessage({ call: 'open', id, spec, size });
    },
    input: (id, data) => host?.postMessage({ call: 'input', id, data }),
    close: (id) => {
      open.delete(id);
      host?.postMessage({ call: 'close', id });
    },
    tap: (id, on) => host?.postMessage({ call: 'tap', id, on }),
    onEvent: (listener) => listeners.add(listener),
    dispose: async () => {
      clearTimeout(early);
      const last = host;
      if (!last) return;
      const done = new Promise<void>((resolve) => {
        onDisposed = resolve;
        setTimeout(resolve, disposeMs).unref();
      });
      last.postMessage({ call: 'dispose' });
      await done;
      last.kill();
    },
  };
}

class Listeners {
  readonly #all = new Set<(event: PtyEvent) => void>();

  add(listener: (event: PtyEvent) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(event: PtyEvent): void {
    for (const listener of [...this.#all]) listener(event);
  }
}
