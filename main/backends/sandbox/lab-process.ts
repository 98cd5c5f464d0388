/**
 * The first process of a lab's sandbox, held by a pipe: it lives as long as the app holds the pipe, and
 * when it ends the kernel ends every process, namespace, mount and interface of the lab. However the app
 * dies, nothing is left, because nobody has to clean up.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { LabFailure } from '../../contract/failure.ts';
import { start, type Argv, type ChildProcess } from '../../platform/run.ts';
import type { Loader } from '../../world/loader.ts';
import { nodeScript, type NodeBoot } from '../../world/node-boot.ts';
import { ResidentBash, residentScript } from '../../world/resident-bash.ts';
import { commandLine } from '../../world/shell-script.ts';
import { request, type SlirpAnswer } from '../../world/slirp-api.ts';
import type { Identity } from './identity.ts';
import { goPath, takeRoot, words } from './node-root.ts';

/**
 * Where /dev/net/tun is root's alone (no udev: containers, CI) and the app runs as root, the sandbox gets a
 * node of its own that its ids may open, in a mount namespace of its own: the real one is not touched.
 */
const ownTun = `mount -t tmpfs -o mode=755 tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"`;

async function needsOwnTun(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const tun = await stat('/dev/net/tun').catch(() => null);
  return !tun || (tun.mode & 0o6) !== 0o6;
}

export class LabProcess extends ResidentBash implements Loader {
  readonly words = words;
  private readonly pids = new Map<string, number>();

  private constructor(
    child: ChildProcess,
    /** Process id of unshare(1), as the real machine sees it. */
    readonly outerPid: number,
    record: (code: string) => void,
  ) {
    super(child, record);
  }

  /**
   * Starts the namespaces. Rejects with `not-permitted` when the system forbids them. `record` is told
   * every script that is run: put together, they are the lab without the app.
   */
  static async create(
    identity: Identity,
    unshare = 'unshare',
    record: (code: string) => void = () => undefined,
  ): Promise<LabProcess> {
    const argv = await inNamespaces(identity, ['-c', `${residentScript}\nexit 0`], unshare);
    const child = start(argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      cwd: '/',
    });
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => {
        reject(
          new LabFailure(
            'tool-missing',
            `unshare cannot be started: ${error.message}`,
            'Install the package util-linux.',
          ),
        );
      });
    });
    const lab = new LabProcess(child, child.pid ?? -1, record);
    try {
      await Promise.race([lab.run(':'), failed]);
    } catch (error) {
      if (error instanceof LabFailure && error.code === 'tool-missing') throw error;
      throw notPermitted(lab.complaints);
    }
    return lab;
  }

  /** The kernel's word for who is who: the child of each node's unshare(1), as the real machine numbers it. */
  async firstPids(lines: readonly string[]): Promise<Map<string, number>> {
    const inner = new Map(
      lines.flatMap((line) => {
        const [word, name = '', pid] = line.split(' ');
        return word === 'pid' ? [[Number(pid), name] as const] : [];
      }),
    );
    const [first = -1] = await childrenOf(this.outerPid);
    const found = new Map<string, number>();
    await Promise.all(
      (await childrenOf(first)).map(async (subshell) => {
        for (const unshare of await childrenOf(subshell)) {
          const name = inner.get((await innerPids(unshare))[1] ?? -1);
          const [pid] = name === undefined ? [] : await childrenOf(unshare);
          if (name !== undefined && pid !== undefined) found.set(name, pid);
        }
      }),
    );
    for (const [name, pid] of found) this.pids.set(name, pid);
    return found;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  bootScript(boot: NodeBoot): string {
    return nodeScript(boot, { go: goPath(boot.id), takeRoot: takeRoot(boot) });
  }

  inNode(node: string, script: string, input?: string): Promise<{ status: number }> {
    const command = `enter ${node} ${commandLine(['bash', '-c', script])}`;
    if (input === undefined) return this.run(command);
    return this.run(`${command} <<'HOPLAB-INPUT'\n${input.replace(/\n$/, '')}\nHOPLAB-INPUT`);
  }

  askNat(host: string, node: string, body: unknown): Promise<SlirpAnswer> {
    return request(`/proc/${String(this.pids.get(host))}/root/run/hoplab/nat-${node}.sock`, body);
  }
}

function notPermitted(detail: string): LabFailure {
  return new LabFailure(
    'not-permitted',
    'This system does not let Hoplab make the private namespaces its sandbox lives in.',
    'See Health: it names the setting and the line that allows it. On Ubuntu 23.10 and later this is AppArmor’s restriction of user namespaces.',
    detail,
  );
}

/** argv that runs bash, with these arguments, as the first process of new namespaces. */
export async function inNamespaces(
  identity: Identity,
  bash: readonly string[],
  unshare = 'unshare',
): Promise<Argv> {
  const argv: Argv = [
    unshare,
    ...identity.flags,
    // The kernel ends unshare with the app, and by --kill-child the first process with unshare, even while
    // that is busy and does not read its pipe. Set after the change of user, which would clear it (prctl(2)).
    ...['setpriv', '--pdeathsig=KILL', 'unshare'],
    ...['--net', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child'],
    ...['/bin/bash', '--norc', '--noprofile', ...bash],
  ];
  return (await needsOwnTun())
    ? ['unshare', '--mount', '/bin/bash', '--norc', '-c', ownTun, '-', ...argv]
    : argv;
}

/** Children of a process, as the real machine numbers them (proc_pid_task_children(5), or all of /proc). */
export async function childrenOf(pid: number): Promise<number[]> {
  const file = `/proc/${String(pid)}/task/${String(pid)}/children`;
  const listed = await readFile(file, 'utf8').catch(() => null);
  if (listed !== null) return listed.trim().split(/\s+/).filter(Boolean).map(Number);
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    all.map(async (name) => {
      const status = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      return [
        Number(name),
        Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]),
      ] as const;
    }),
  );
  return parents.filter(([, parent]) => parent === pid).map(([child]) => child);
}

/** A process's number inside each namespace it is in, outermost first (NSpid in proc_pid_status(5)). */
export async function innerPids(pid: number): Promise<number[]> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return (/^NSpid:\s*(.*)$/m.exec(status)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
}
