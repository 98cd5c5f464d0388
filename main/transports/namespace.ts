/** Reaches a node that is a set of Linux namespaces, by entering those of its first process (nsenter(1)). */
import { EnteredTransport, hold, type EnteredNode } from './entered.ts';
import type { Argv, ProcessHandle } from './transport.ts';

export interface NamespaceNode extends EnteredNode {
  /** First process of the node, as the real machine numbers it; null while the node is down. */
  pid(): number | null;
}

const enterFlags = ['--user', '--mount', '--net', '--uts', '--ipc', '--pid'];

export class NamespaceTransport extends EnteredTransport {
  protected readonly road = 'sandbox';

  constructor(protected override readonly node: NamespaceNode) {
    super(node);
  }

  protected instance(): string | null {
    const pid = this.node.pid();
    return pid === null ? null : String(pid);
  }

  protected enter(argv: Argv): Argv {
    const credentials = this.node.ranged ? [] : ['--preserve-credentials'];
    return ['nsenter', `--target=${this.running}`, ...enterFlags, ...credentials, '--', ...argv];
  }

  protected spawnAs(argv: Argv, as: 'root' | 'user'): ProcessHandle {
    const command = as === 'user' ? this.asUser(argv) : this.asRoot(argv);
    return hold(command, this.environment());
  }

  /** What runs ends with nsenter, so that killing that leaves nothing running on the node. */
  protected override asRoot(argv: Argv): Argv {
    return super.asRoot(['setpriv', '--pdeathsig=KILL', '--', ...argv]);
  }
}
