/**
 * Reaches a virtual machine by ssh: what the app itself asks goes over one shared connection, which ends when its road is cut
 * and is made anew over another; a terminal has a connection of its own, so that a cut cable does to it what it does in life.
 */
import { LabFailure } from '../contract/failure.ts';
import { commandLine } from '../world/shell-script.ts';
import { EnteredTransport, hold, type EnteredNode } from './entered.ts';
import type { Argv, ProcessHandle, Road, ShellSpec } from './transport.ts';

export interface SshRoad {
  /** "ssh 127.0.0.1:2222": what the window shows. */
  path: string;
  host: string;
  port: number;
  works: boolean;
  why: string | null;
}

export interface SshPlace extends EnteredNode {
  ssh: string;
  env: Record<string, string>;
  /** Roads there are now, the one to take first coming first; empty while the machine is down. */
  roadsNow(): SshRoad[];
  /** Files with the private keys that may be tried. */
  keys(): string[];
  /** A folder of short name for the sockets of shared connections (a socket's path has at most 107 characters). */
  sockets: string;
}

const common = [
  'IdentitiesOnly=yes',
  'IdentityAgent=none',
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'GlobalKnownHostsFile=/dev/null',
  'LogLevel=ERROR',
  'ConnectTimeout=5',
  // Old boxes have nothing else.
  'PubkeyAcceptedAlgorithms=+ssh-rsa',
  'HostKeyAlgorithms=+ssh-rsa',
];
/** No answer for four seconds: the road is cut. */
const shared = [
  'BatchMode=yes',
  'ServerAliveInterval=2',
  'ServerAliveCountMax=2',
  'ControlMaster=auto',
  'ControlPersist=60',
];

export class SshTransport extends EnteredTransport {
  protected readonly road = 'ssh';

  constructor(protected override readonly node: SshPlace) {
    super(node);
  }

  protected instance(): string | null {
    const road = this.node.roadsNow().find(({ works }) => works);
    return road ? `${this.node.id} ${road.path}` : null;
  }

  override roads(): Promise<Road[]> {
    return Promise.resolve(
      this.node.roadsNow().map(({ path, works, why }) => ({ path, works, why })),
    );
  }

  override shell(path?: string): Promise<ShellSpec> {
    const roads = this.node.roadsNow();
    const road =
      roads.find((one) => one.path === path) ?? roads.find(({ works }) => works) ?? roads[0];
    if (!road) throw new LabFailure('node-down', `${this.node.id} is not running.`);
    return Promise.resolve({
      argv: this.words(road, ['-t', ...options(common)]),
      env: { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...this.environment() },
      cwd: '/',
      title: `${this.node.user} · ${road.path}`,
      path: road.path,
    });
  }

  protected enter(argv: Argv): Argv {
    const road = this.node.roadsNow().find(({ works }) => works);
    if (!road) throw new LabFailure('node-down', `${this.node.id} cannot be reached.`);
    const socket = `ControlPath=${this.node.sockets}/%C`;
    return this.words(road, options([...common, ...shared, socket]), commandLine(argv));
  }

  protected override asRoot(argv: Argv): Argv {
    return this.enter([
      'sudo',
      '-n',
      '/usr/bin/env',
      '-i',
      'HOME=/root',
      'USER=root',
      'LANG=C.UTF-8',
      `PATH=${this.node.path}`,
      ...argv,
    ]);
  }

  protected spawnAs(argv: Argv, as: 'root' | 'user'): ProcessHandle {
    return hold(as === 'user' ? this.asUser(argv) : this.asRoot(argv), this.environment());
  }

  protected override environment(): Record<string, string> {
    return this.node.env;
  }

  private words(road: SshRoad, flags: readonly string[], command?: string): Argv {
    const keys = this.node.keys().flatMap((key) => ['-i', key]);
    const target = `${this.node.user}@${road.host}`;
    return [
      this.node.ssh,
      '-F',
      '/dev/null',
      '-p',
      String(road.port),
      ...keys,
      ...flags,
      target,
      ...(command ? ['--', command] : []),
    ];
  }
}

const options = (list: readonly string[]): string[] => list.flatMap((option) => ['-o', option]);
