/**
 * What all transports share that *enter* a node and run a program there: as root or as the node's user, with
 * a terminal's environment. How it is entered (nsenter, docker exec) is what they differ in.
 */
import { LabFailure } from '../contract/failure.ts';
import { run, start } from '../platform/run.ts';
import { Lanes } from './lanes.ts';
import type {
  Argv,
  ExecOptions,
  ExecResult,
  ProcessHandle,
  Road,
  ShellSpec,
  Transport,
} from './transport.ts';

export interface EnteredNode {
  id: string;
  user: string;
  /** Where a terminal opens; the user's home when not given. */
  folder?: string;
  /** Whether users other than 0 exist inside. */
  ranged: boolean;
  /** Folders searched for programs, as a terminal of the node has them. */
  path: string;
  shell: string;
}

/** A transport that can also say how a program is run as the node's user. */
export interface NodeTransport extends Transport {
  /** argv as the node's user, in that user's home (or `folder`) and with a terminal's environment. */
  asUser(argv: Argv, place?: Place): Argv;
  /** A terminal that runs argv as the node's user. */
  terminal(argv: Argv, title: string, path: string, folder?: string): ShellSpec;
}

export interface Place {
  folder?: string | undefined;
  /** Whether a terminal is at both ends. */
  terminal?: boolean;
}

/** As long as run of platform/run.ts waits. */
const usualMs = 20_000;
const lanesOf = new Map<string, Lanes>();

export abstract class EnteredTransport implements NodeTransport {
  constructor(protected readonly node: EnteredNode) {}

  /** Names this run of the node: it changes when the node starts again. Null while it is down. */
  protected abstract instance(): string | null;
  /** The road's name, for the window. */
  protected abstract readonly road: string;
  /** argv on this machine that runs argv on the node. */
  protected abstract enter(argv: Argv, terminal?: boolean): Argv;
  protected abstract spawnAs(argv: Argv, as: 'root' | 'user'): ProcessHandle;

  exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
    // No program can be given a NUL (execve(2)), and between the words for a lane it would begin another command.
    if (argv.some((word) => word.includes('\0')))
      return Promise.reject(new LabFailure('bad-request', 'A word of a command holds a NUL.'));
    const plain = options.input === undefined && !options.signal && options.as !== 'user';
    const quick = plain ? this.lanes().exec(argv, options.timeoutMs ?? usualMs) : null;
    return quick ?? this.execSlowly(argv, options);
  }

  /** When no lane can: input, a signal to cancel, another user, or all lanes are busy. */
  protected execSlowly(argv: Argv, options: ExecOptions): Promise<ExecResult> {
    const command = options.as === 'user' ? this.asUser(argv) : this.asRoot(argv);
    return run(command, {
      ...(options.input !== undefined && { input: options.input }),
      ...(options.signal && { signal: options.signal }),
      ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
      env: this.environment(),
      cwd: '/',
    });
  }

  spawn(argv: Argv): ProcessHandle {
    return this.spawnAs(argv, 'root');
  }

  roads(): Promise<Road[]> {
    return Promise.resolve([{ path: this.road, works: true, why: null }]);
  }

  shell(_path?: string): Promise<ShellSpec> {
    const { user, shell, folder } = this.node;
    const title = `${user} · ${shell.replace(/.*\//, '')}`;
    return Promise.resolve(this.terminal([shell, '-l'], title, this.road, folder));
  }

  terminal(argv: Argv, title: string, path: string, folder?: string): ShellSpec {
    return {
      argv: this.asUser(argv, { folder, terminal: true }),
      env: { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...this.environment() },
      cwd: '/',
      title,
      path,
    };
  }

  asUser(argv: Argv, { folder, terminal = false }: Place = {}): Argv {
    const { user, ranged } = this.node;
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const identity: readonly string[] =
      user === 'root' || !ranged
        ? []
        : ['/usr/bin/env', 'setpriv', '--reuid=1000', '--regid=1000', '--init-groups', '--'];
    const variables = [
      `HOME=${home}`,
      `USER=${user}`,
      `LOGNAME=${user}`,
      'SHELL=/bin/bash',
      'LANG=C.UTF-8',
      `PATH=${this.node.path}`,
      `TERM=xterm-256color`,
      'COLORTERM=truecolor',
    ];
    return this.enter(
      [
        ...identity,
        '/usr/bin/env',
        '-i',
        `--chdir=${folder ?? home}`,
        ...variables,
        ...argv,
      ] as unknown as Argv,
      terminal,
    );
  }

  protected asRoot(argv: Argv): Argv {
    return this.enter([
      '/usr/bin/env',
      '-i',
      'HOME=/root',
      'USER=root',
      'LANG=C.UTF-8',
      `PATH=${this.node.path}`,
      ...argv,
    ]);
  }

  /** What the program that enters needs of this machine's environment. */
  protected environment(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' };
  }

  protected get running(): string {
    const instance = this.instance();
    if (instance === null) throw new LabFailure('node-down', `${this.node.id} is not running.`);
    return instance;
  }

  /** Those of this run of the node: they end with it. */
  private lanes(): Lanes {
    const key = this.running;
    const known = lanesOf.get(key);
    if (known) return known;
    const lanes = new Lanes(
      (argv) => this.spawn(argv),
      () => lanesOf.delete(key),
    );
    lanesOf.set(key, lanes);
    return lanes;
  }
}

/** Starts argv on this machine and holds it. */
export function hold(argv: Argv, env: Record<string, string>): ProcessHandle {
  const child = start(argv, { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', env });
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      resolve(code ?? 137);
    });
    child.once('error', () => {
      resolve(127);
    });
  });
  if (!child.stdin || !child.stdout || !child.stderr) throw new LabFailure('internal', 'no pipes');
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill: () => child.kill('SIGKILL'),
  };
}
