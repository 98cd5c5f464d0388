/**
 * How argv reaches a node. Observers, checks, rules and terminals are written once, over this; they do
 * not know whether the node is a namespace, a virtual machine or a container.
 */
import type { Readable, Writable } from 'node:stream';
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

export interface Transport {
  /** Runs argv without a shell; rejects with LabFailure `node-down` when the node is gone. */
  exec(argv: Argv, options?: ExecOptions): Promise<ExecResult>;
  /** Streams: monitors, captures, resident readers. Runs as root on the node. */
  spawn(argv: Argv): ProcessHandle;
  /** `path` asks for one of the roads `roads()` names; without it, the first that works. */
  shell(path?: string): Promise<ShellSpec>;
  roads(): Promise<Road[]>;
}
