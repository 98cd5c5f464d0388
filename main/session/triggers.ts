/**
 * Wakes the session when something on a node changes: one resident monitor a node, no polling. Neighbour
 * events are left out: checks themselves make some, and would wake themselves for ever.
 */
import { createInterface } from 'node:readline';
import type { ProcessHandle, Transport } from '../transports/transport.ts';

/** Ends with its input, and each tool with the shell, so that nothing stays when the app goes. nft may be missing. */
const monitor =
  'setpriv --pdeathsig=TERM ip -o monitor link address route netconf & setpriv --pdeathsig=TERM nft monitor 2>/dev/null & read -r _; kill $(jobs -p) 2>/dev/null';

export class Triggers {
  private readonly watched = new Map<string, ProcessHandle>();
  private readonly stops = new Map<string, () => void>();

  constructor(private readonly wake: (node: string) => void) {}

  /** Watches a node until it ends or `unwatch`. Safe to repeat. */
  watch(node: string, transport: Transport): void {
    if (this.watched.has(node)) return;
    const handle = transport.spawn(['bash', '-c', monitor]);
    this.watched.set(node, handle);
    // On the learner's own computer nft tells them nothing; whoever holds the permission does.
    this.stops.get(node)?.();
    this.stops.set(
      node,
      transport.privileged?.onFirewall?.(() => this.wake(node)) ?? (() => undefined),
    );
    handle.stderr.resume();
    createInterface({ input: handle.stdout }).on('line', () => {
      this.wake(node);
    });
    void handle.ended.then(() => {
      if (this.watched.get(node) === handle) this.watched.delete(node);
    });
  }

  unwatch(node: string): void {
    const handle = this.watched.get(node);
    this.watched.delete(node);
    this.stops.get(node)?.();
    this.stops.delete(node);
    handle?.stdin.end();
  }

  dispose(): void {
    for (const node of [...this.stops.keys()]) this.unwatch(node);
  }
}
