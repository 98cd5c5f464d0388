/** Reaches a node that is a set of Linux namespaces, by entering those of its first process (nsenter(1)). */
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

export interface NamespaceNode {
  id: string;
  /** First process of the node, as the real machine numbers it; null while the node is down. */
  pid(): number | null;
  user: string;
  /** Where a terminal opens; the user's home when not given. */
  folder?: string;
  /** Whether users other than 0 exist inside. */
  ranged: boolean;
  /** Folders searched for programs, as a terminal of the node has them. */
  path: string;
  shell: string;
}

/** As long as run of platform/run.ts waits. */
const usualMs = 20_000;
const lanesOf = new Map<number, Lanes>();
const down = (id: string) => new LabFailure('node-down', `${id} is not running.`);

const enterFlags = ['--user', '--mount', '--net', '--uts', '--ipc', '--pid'];

export class NamespaceTransport implements Transport {
  constructor(private readonly node: NamespaceNode) {}

  exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
    // No program can be given a NUL (execve(2)), and between the words for a lane it would begin another command.
    if (argv.some((word) => word.includes('\0')))
      return Promise.reject(new LabFailure('bad-request', 'A word of a command holds a NUL.'));
    const plain = !options.input && !options.signal && options.as !== 'user';
    const quick = plain ? this.lanes().exec(argv, options.timeoutMs ?? usualMs) : null;
    if (quick) return quick;
    const command = options.as === 'user' ? this.asUser(argv) : this.asRoot(argv);
    return run(command, {
      ...(options.input !== undefined && { input: options.input }),
      ...(options.signal && { signal: options.signal }),
      ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
      env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
    });
  }

  spawn(argv: Argv): ProcessHandle {
    const child = start(this.asRoot(argv), {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    });
    child.stdin?.on('error', () => undefined);
    const ended = new Promise<number>((resolve) => {
      child.once('close', (code) => {
        resolve(code ?? 137);
      });
      child.once('error', () => {
        resolve(127);
      });
    });
    if (!child.stdin || !child.stdout || !child.stderr)
      throw new LabFailure('internal', 'no pipes');
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      ended,
      kill: () => child.kill('SIGKILL'),
    };
  }

  roads(): Promise<Road[]> {
    return Promise.resolve([{ path: 'sandbox', works: true, why: null }]);
  }

  shell(_path?: string): Promise<ShellSpec> {
    return Promise.resolve({
      argv: this.asUser([this.node.shell, '-l'], this.node.folder),
      env: {
        TERM: 'xterm-256color',
        COLORTERM: 'truecolor',
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      },
      cwd: '/',
      title: `${this.node.user} · ${this.node.shell.replace(/.*\//, '')}`,
      path: 'sandbox',
    });
  }

  /** argv as the node's user, in that user's home and with a terminal's environment. */
  asUser(argv: Argv, folder?: string): Argv {
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
    return this.enter([
      ...identity,
      '/usr/bin/env',
      '-i',
      `--chdir=${folder ?? home}`,
      ...variables,
      ...argv,
    ] as unknown as Argv);
  }

  /** Those of the node's first process: they end with it. */
  private lanes(): Lanes {
    const pid = this.node.pid();
    if (pid === null) throw down(this.node.id);
    const known = lanesOf.get(pid);
    if (known) return known;
    const lanes = new Lanes(
      (argv) => this.spawn(argv),
      () => lanesOf.delete(pid),
    );
    lanesOf.set(pid, lanes);
    return lanes;
  }

  private asRoot(argv: Argv): Argv {
    return this.enter([
      '/usr/bin/env',
      '-i',
      'HOME=/root',
      'USER=root',
      'LANG=C.UTF-8',
      `PATH=${this.node.path}`,
      // Ends with nsenter, so that killing that leaves nothing running on the node.
      ...['setpriv', '--pdeathsig=KILL', '--'],
      ...argv,
    ]);
  }

  private enter(argv: Argv): Argv {
    const pid = this.node.pid();
    if (pid === null) throw down(this.node.id);
    const credentials = this.node.ranged ? [] : ['--preserve-credentials'];
    return ['nsenter', `--target=${String(pid)}`, ...enterFlags, ...credentials, '--', ...argv];
  }
}
