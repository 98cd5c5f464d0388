/**
 * Reaches the learner's own computer: as the learner, without a password. What only root may read is asked of whoever holds
 * that permission, and what changes the computer goes another way altogether (`privileged`).
 */
import { LabFailure } from '../contract/failure.ts';
import { run, start } from '../platform/run.ts';
import { chainListing, tableOf } from './saved-rules.ts';
import type {
  Argv,
  ExecOptions,
  ExecResult,
  Privileged,
  ProcessHandle,
  Road,
  ShellSpec,
  Transport,
} from './transport.ts';

/** Names of what root alone may read. */
export type RootRead =
  'iptables-save' | 'iptables-legacy-save' | 'nft' | 'conntrack' | 'tcp' | 'udp';

export interface LocalOptions {
  /** Programs are searched there: a window's own PATH is often short. */
  path: string;
  /** Where a terminal opens. */
  folder: string;
  /** The learner's shell, absolute, and what its start files need (PATH is added). */
  shell: string;
  shellEnv: Record<string, string>;
  shellWords: readonly string[];
  user: string;
  /** Rejects with `needs-rights` until the permission is there. */
  readAsRoot: (what: RootRead) => Promise<string>;
  hasRights: () => boolean;
  privileged: Privileged;
}

export class LocalTransport implements Transport {
  readonly privileged: Privileged;

  constructor(private readonly options: LocalOptions) {
    this.privileged = options.privileged;
  }

  /** Whether a command must go through `exec`, because no shell of the learner's may run it. */
  readsAsRoot(argv: Argv): boolean {
    return rootRead(argv) !== null;
  }

  async exec(argv: Argv, options: ExecOptions = {}): Promise<ExecResult> {
    const read = options.input === undefined ? rootRead(argv) : null;
    if (read && (this.options.hasRights() || !read.without))
      return { code: 0, stdout: read.answer(await this.options.readAsRoot(read.what)), stderr: '' };
    return run(argv, {
      ...(options.input !== undefined && { input: options.input }),
      ...(options.signal && { signal: options.signal }),
      ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
      env: this.env(),
      cwd: this.options.folder,
    });
  }

  spawn(argv: Argv): ProcessHandle {
    const child = start(argv, { stdio: 'pipe', env: this.env(), cwd: this.options.folder });
    const { stdin, stdout, stderr } = child;
    if (!stdin || !stdout || !stderr) throw new LabFailure('internal', 'no pipes');
    stdin.on('error', () => undefined);
    const ended = new Promise<number>((resolve) => {
      child.once('close', (code) => {
        resolve(code ?? 137);
      });
      child.once('error', () => {
        resolve(127);
      });
    });
    return { stdin, stdout, stderr, ended, kill: () => child.kill('SIGKILL') };
  }

  roads(): Promise<Road[]> {
    return Promise.resolve([{ path: 'local', works: true, why: null }]);
  }

  shell(): Promise<ShellSpec> {
    const { shell, shellEnv, shellWords, folder, user } = this.options;
    return Promise.resolve({
      argv: [shell, ...shellWords],
      env: { ...this.env(), TERM: 'xterm-256color', COLORTERM: 'truecolor', ...shellEnv },
      cwd: folder,
      title: `${user} · ${shell.replace(/.*\//, '')}`,
      path: 'local',
    });
  }

  private env(): Record<string, string> {
    const kept = Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && !/^(ELECTRON_|HOPLAB_)/.test(entry[0]),
    );
    return { ...Object.fromEntries(kept), PATH: this.options.path, LC_ALL: 'C.UTF-8' };
  }
}

interface Read {
  what: RootRead;
  /** What the command would have printed, out of what was read. */
  answer: (text: string) => string;
  /** The learner may run it too, and sees less. */
  without: boolean;
}

/** The reads of the app that need root, by their argv: probes, checks and rules use no others. */
function rootRead(argv: Argv): Read | null {
  const [program, ...words] = argv;
  const whole = (text: string) => text;
  const table = words[words.indexOf('-t') + 1];
  if (program === 'iptables-save')
    return {
      what: 'iptables-save',
      answer: words.includes('-t') && table ? (text) => tableOf(text, table) : whole,
      without: false,
    };
  if (program === 'iptables-legacy-save')
    return { what: 'iptables-legacy-save', answer: whole, without: false };
  if (program === 'nft' && words.includes('list'))
    return { what: 'nft', answer: whole, without: false };
  const chain = words[words.indexOf('-S') + 1];
  if (program === 'iptables' && words.includes('-S') && chain)
    return {
      what: 'iptables-save',
      answer: (text) => chainListing(tableOf(text, table ?? 'filter'), chain),
      without: false,
    };
  if (program === 'conntrack' && words.includes('-L'))
    return {
      what: 'conntrack',
      // The helper prints the extended form, which names the network protocol first (conntrack(8)).
      answer: words.includes('-o') ? whole : (text) => text.replace(/^ipv4 +\d+ /gm, ''),
      without: false,
    };
  if (program === 'ss' && words[0] === '-tanpH')
    return { what: 'tcp', answer: whole, without: true };
  if (program === 'ss' && words[0] === '-uanpH')
    return { what: 'udp', answer: whole, without: true };
  return null;
}
