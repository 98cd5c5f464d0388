/**
 * How argv reaches a node. Observers, checks, rules and terminals are written once, over this; they do
 * not know whether the node is a namespace, a virtual machine or a container.
 */
import type { Readable, Writable } from 'node:stream';
import type { Operation } from '../contract/operations.ts';
import type { Argv, ExecResult } from '../platform/run.ts';

export type { Argv, ExecResult };

export interface ExecOptions {
  input?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  /** `root` is the default and needs no password inside lab nodes. */
  as?: 'root' | 'user';
}

/** A program that runs on and is listened to: a monitor, a resident reader. */
export interface ProcessHandle {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves with the exit code when it ends, however it ends. */
  readonly ended: Promise<number>;
  kill(): void;
}

/** How the pty host opens a login shell there. */
export interface ShellSpec {
  argv: Argv;
  env: Record<string, string>;
  cwd: string;
  /** Shown beside the node's name: "learner · bash". */
  title: string;
  /** The road it takes, for the window: "sandbox", "ssh 127.0.0.1:2222". */
  path: string;
}

/** A road a terminal of a node can take, the one to take first coming first. */
export interface Road {
  path: string;
  works: boolean;
  /** Why it does not work, in a sentence for the learner. */
  why: string | null;
}

/**
 * How a node is changed where commands may not simply run as root: the learner's own computer. What takes a change back is
 * kept by whoever makes it, under the change's number (16 hexadecimal digits).
 */
export interface Privileged {
  /** Rejects with `needs-rights` until the permission is there, and then nothing was changed. */
  apply(change: string, rule: string, operation: Operation): Promise<void>;
  undo(change: string): Promise<void>;
  /** Calls back when the firewall has changed, by whomever: monitors of it need the permission, too. Returns how to stop. */
  onFirewall?(listener: () => void): () => void;
}

export interface Transport {
  /** Runs argv without a shell; rejects with LabFailure `node-down` when the node is gone. */
  exec(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** Streams: monitors, captures, resident readers. Runs as root on the node. */
  spawn(argv: Argv): ProcessHandle;
  /** `path` asks for one of the roads `roads()` names; without it, the first that works. */
  shell(path?: string): Promise<ShellSpec>;
  roads(): Promise<Road[]>;
  /** Present where changes need a permission; reads of `readsAsRoot` then go through `exec` alone. */
  readonly privileged?: Privileged;
  readsAsRoot?(argv: Argv): boolean;
}
