/** A node for tests: a network namespace of its own, which ends with the test. Needs no root. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run, start, type Argv } from '../../../main/platform/run.ts';
import type { Transport } from '../../../main/transports/transport.ts';

export interface TestNode {
  transport: Transport;
  /** Runs a script and answers its output; throws when it fails. */
  sh(script: string): Promise<string>;
  close(): void;
}

/** `/srv` inside is a tmpfs, for files. */
export async function makeNode(setup = ''): Promise<TestNode> {
  const child = spawn(
    'unshare',
    ['-Urnm', 'sh', '-c', 'mount -t tmpfs tmpfs /srv && echo ready && exec cat'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  const enter = (argv: Argv): Argv => {
    const words = ['-t', String(child.pid), '-U', '-n', '-m', '--preserve-credentials', '--'];
    return ['nsenter', ...words, ...argv];
  };
  const transport: Transport = {
    exec: (argv, options = {}) => run(enter(argv), options),
    spawn: (argv) => {
      const process = start(enter(argv), { stdio: 'pipe' });
      const ended = once(process, 'close').then(([code]) => Number(code ?? 128));
      const { stdin, stdout, stderr } = process;
      if (!stdin || !stdout || !stderr) throw new Error('no pipes');
      return { stdin, stdout, stderr, ended, kill: () => void process.kill('SIGKILL') };
    },
    roads: () => Promise.resolve([]),
    shell: () => Promise.reject(new Error('no shell in tests')),
  };
  const sh = async (script: string) => {
    const { code, stdout, stderr } = await transport.exec(['sh', '-c', `set -e\n${script}`]);
    if (code !== 0) throw new Error(`${script}\n${stderr}`);
    return stdout;
  };
  if (setup !== '') await sh(setup);
  return { transport, sh, close: () => void child.stdin.end() };
}

/** Everything operations may change, as text that can be compared. */
export function stateOf(node: TestNode): Promise<string> {
  return node.sh(`
    iptables-save | grep -v '^#' | sed 's/ \\[[0-9:]*\\]$//'
    ip -4 -d route show table all
    ip -4 addr | sed 's/valid_lft.*//'
    ip -o link | sed 's/state [A-Z]* //'
    grep -rs --include=forwarding --include=accept_redirects . /proc/sys/net/ipv4/conf | sort
    cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl
    find /srv -mindepth 1 -printf '%p %m %y\\n' | sort; find /srv -type f | sort | xargs -r cat`);
}
