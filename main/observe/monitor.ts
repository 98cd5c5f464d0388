/** Resident monitors of a node: they say which panels to read again, and stay silent while nothing happens. */
import { createInterface } from 'node:readline';
import type { PanelKind } from '../contract/lab.ts';
import type { ProcessHandle, Transport } from '../transports/transport.ts';
import { wokenByBridge, wokenByConntrack, wokenByIp, wokenByNft } from './wakeups.ts';

/**
 * Ends when its input does, so that nothing stays on the node when the app goes; and each tool ends with the
 * shell, however that ends. A tool that is missing is silent.
 */
const until = (commands: readonly string[]) =>
  `${commands.map((command) => `setpriv --pdeathsig=TERM ${command} 2>/dev/null &`).join(' ')} read -r _; kill $(jobs -p) 2>/dev/null`;

const always = [
  'ip -o monitor label link address route neigh netconf',
  'nft monitor',
  'bridge monitor fdb',
];
const connections = ['conntrack -E'];

export class Monitor {
  readonly #transport: Transport;
  readonly #wake: (panels: readonly PanelKind[]) => void;
  readonly #stopFirewall: (() => void) | undefined;
  readonly #handles = new Map<'always' | 'connections', ProcessHandle>();

  /** Throws LabFailure `node-down` when the node is not running. */
  constructor(transport: Transport, wake: (panels: readonly PanelKind[]) => void) {
    this.#transport = transport;
    this.#wake = wake;
    this.#start('always', always);
    // On the learner's own computer nft tells them nothing.
    this.#stopFirewall = transport.privileged?.onFirewall?.(() => wake(['firewall']));
  }

  /** Flows are only followed while somebody looks at them: there can be many. */
  followConnections(wanted: boolean): void {
    const handle = this.#handles.get('connections');
    if (wanted && !handle) this.#start('connections', connections);
    if (!wanted && handle) this.#stop('connections');
  }

  close(): void {
    this.#stopFirewall?.();
    this.#stop('always');
    this.#stop('connections');
  }

  #start(name: 'always' | 'connections', commands: readonly string[]): void {
    const handle = this.#transport.spawn(['bash', '-c', until(commands)]);
    this.#handles.set(name, handle);
    handle.stdin.on('error', () => undefined);
    handle.stderr.resume();
    createInterface({ input: handle.stdout }).on('line', (line) => {
      const panels = [
        ...wokenByIp(line),
        ...wokenByNft(line),
        ...wokenByConntrack(line),
        ...wokenByBridge(line),
      ];
      if (panels.length > 0) this.#wake(panels);
    });
  }

  #stop(name: 'always' | 'connections'): void {
    this.#handles.get(name)?.stdin.end();
    this.#handles.delete(name);
  }
}
