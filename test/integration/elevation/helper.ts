/** The privileged helper, on a computer of its own: a network namespace whose /var/lib and /etc/vbox are empty. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const helperPath = path.join(
  import.meta.dirname,
  '../../../main/rules/elevation/helper/hoplab-helper',
);

const setup = `
  mount -t tmpfs t /var/lib; 
  mount -t tmpfs t /mnt && mkdir /mnt/up /mnt/work && mount -t overlay o -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc
  ip link set lo up; ip link add eth0 type veth peer name peer0
  echo ready; exec sleep infinity`;

export interface Computer {
  /** Runs bash on it; resolves with what it printed, rejects when it fails. */
  bash(script: string): Promise<string>;
  helper(...words: string[]): Helper;
  /** Words before a command that run it on this computer. */
  enter: readonly [string, ...string[]];
  close(): void;
}

export type Answer = { id: number | null; ok: boolean; why?: string } & Record<string, unknown>;

export class Helper {
  readonly ended: Promise<number | null>;
  /** Events it has told, as they came. */
  readonly events: unknown[] = [];
  readonly #waiting: ((answer: Answer | null) => void)[] = [];
  #stderr = '';

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    createInterface(child.stdout)
      .on('line', (line) => {
        if (line.startsWith('{"event"')) this.events.push(JSON.parse(line));
        else this.#waiting.shift()?.(JSON.parse(line) as Answer);
      })
      .on('close', () => {
        for (const tell of this.#waiting.splice(0)) tell(null);
      });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Sends bytes and waits for one answer; null when it ended instead. */
  raw(bytes: string | Buffer): Promise<Answer | null> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.child.stdin.write(bytes);
    });
  }

  ask(request: unknown): Promise<Answer | null> {
    return this.raw(`${JSON.stringify(request)}\n`);
  }

  /** Ends its input and waits until it has ended. */
  async close(): Promise<number | null> {
    this.child.stdin.end();
    return this.ended;
  }
}

export async function makeComputer(): Promise<Computer> {
  const root = process.getuid?.() === 0;
  const flags = [...(root ? [] : ['-r']), '-n', '-m', '--kill-child', '--fork'];
  const holder = spawn('unshare', [...flags, 'bash', '-c', setup], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.setEncoding('utf8').once('data', () => resolve());
    holder.once('exit', () => reject(new Error('no namespace')));
  });
  const child = await bashHere(`cat /proc/${String(holder.pid)}/task/*/children`);
  const enter = ['-t', child.trim(), ...(root ? [] : ['-U', '--preserve-credentials']), '-n', '-m'];
  const inside = (argv: string[], env: NodeJS.ProcessEnv = process.env) =>
    spawn('nsenter', [...enter, '--', ...argv], { env, stdio: 'pipe' });
  return {
    bash: (script) => collect(inside(['bash', '-euc', script])),
    enter: ['nsenter', ...enter, '--'],
    helper: (...words) => new Helper(inside([helperPath, ...words])),
    close: () => holder.kill('SIGKILL'),
  };
}

const bashHere = (script: string) => collect(spawn('bash', ['-c', script], { stdio: 'pipe' }));

function collect(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${String(code)}: ${err}`));
    });
    child.stdin.end();
  });
}

/** Everything the helper could have touched, byte for byte. Dates are left out. */
export const everything = `
  iptables-save -c | sed '/^#/d'; ip6tables-save -c | sed '/^#/d'
  grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward | sort
  ip addr; ip route show table all; ip rule; ls -lR /etc/vbox 2>&1 | sed '/^total/d'
  cat /etc/vbox/networks.conf 2>/dev/null || true`;
