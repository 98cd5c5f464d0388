/** Keeps the watched panels of one node up to date, as long as anybody watches them and the node lives. */
import { LabFailure } from '../contract/failure.ts';
import type { PanelKind } from '../contract/lab.ts';
import type { PanelView } from '../contract/network.ts';
import type { Transport } from '../transports/transport.ts';
import type { PanelContext } from './context.ts';
import { markChanges, nextExpiry, sameView } from './diff.ts';
import { Monitor } from './monitor.ts';
import { noticeOf, shapeOf, toSections } from './panels.ts';
import { probesOf, type ProbeId, type Raw } from './probes.ts';
import { NodeReader, type Pulse } from './reader.ts';

export interface NodeWatchOptions {
  node: string;
  transport: () => Transport;
  context: () => PanelContext;
  changed: (view: PanelView) => void;
  /** Interfaces were read: their MACs tell whose a neighbour is. */
  sawInterfaces: (node: string, text: string) => void;
  now: () => number;
}

/** Long enough to join the lines of one change, short enough to be at once. */
const debounceMs = 3;
/** Under a storm of events a node is read at most half of the time. */
const restFactor = 1;
const mostRestMs = 250;
const pulseMs = 1000;

export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #views = new Map<PanelKind, PanelView | null>();
  readonly #dirty = new Set<PanelKind>();
  #reader: NodeReader | null = null;
  #monitor: Monitor | null = null;
  #pulse: Pulse | null = null;
  #ticking: NodeJS.Timeout | null = null;
  #soon: NodeJS.Timeout | null = null;
  #expiry: NodeJS.Timeout | null = null;
  #reading = false;
  #restUntil = 0;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#views.size === 0;
  }

  /** Says the view at once when there is one, and reads it in any case. */
  add(panel: PanelKind): void {
    const view = this.#views.get(panel);
    if (view) this.#options.changed(view);
    else this.#views.set(panel, null);
    this.wake([panel]);
  }

  remove(panel: PanelKind): void {
    this.#views.delete(panel);
    this.#dirty.delete(panel);
    if (this.isEmpty) this.close();
    else this.#monitor?.followConnections(this.#views.has('connections'));
  }

  /** Reads these panels again, soon; those nobody watches are left out. */
  wake(panels: readonly PanelKind[]): void {
    for (const panel of panels) if (this.#views.has(panel)) this.#dirty.add(panel);
    if (this.#dirty.size === 0 || this.#reading) return;
    const wait = Math.max(debounceMs, this.#restUntil - this.#options.now());
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      void this.#read();
    }, wait);
  }

  /** The node may have come or gone. */
  retry(): void {
    this.wake([...this.#views.keys()]);
  }

  /** Nobody watches any more: a read that is under way tells nothing, and nothing begins anew. */
  close(): void {
    this.#views.clear();
    this.#dirty.clear();
    for (const timer of [this.#ticking, this.#soon, this.#expiry]) if (timer) clearTimeout(timer);
    this.#ticking = this.#soon = this.#expiry = null;
    this.#disconnect();
  }

  async #read(): Promise<void> {
    const panels = [...this.#dirty];
    this.#dirty.clear();
    this.#reading = true;
    const began = this.#options.now();
    try {
      const reader = this.#connect();
      const ids = new Set<ProbeId>(panels.flatMap((panel) => probesOf[panel]));
      const raw = await reader.read([...ids]);
      if (raw.addresses !== undefined)
        this.#options.sawInterfaces(this.#options.node, raw.addresses);
      for (const panel of panels) this.#show(panel, raw);
    } catch (error) {
      // A reader that did not answer in time is given up before it ends: its end does not call for another.
      const gaveUp = this.#reader !== null;
      this.#disconnect();
      this.#showUnavailable(error);
      if (gaveUp) this.retry();
    } finally {
      this.#reading = false;
      const ended = this.#options.now();
      this.#restUntil = ended + Math.min(ended - began, mostRestMs) * restFactor;
      this.#expireLater();
      this.wake([]);
    }
  }

  /** Monitors are started before the first read: what changes in between is then read again. */
  #connect(): NodeReader {
    if (this.#reader) return this.#reader;
    const transport = this.#options.transport();
    this.#monitor = new Monitor(transport, (panels) => {
      this.wake(panels);
    });
    this.#monitor.followConnections(this.#views.has('connections'));
    const reader = new NodeReader(transport, () => {
      if (this.#reader !== reader) return;
      this.#disconnect();
      this.retry();
    });
    this.#reader = reader;
    this.#tick();
    return reader;
  }

  #disconnect(): void {
    const [reader, monitor] = [this.#reader, this.#monitor];
    this.#reader = this.#monitor = null;
    this.#pulse = null;
    monitor?.close();
    reader?.close();
  }

  #show(panel: PanelKind, raw: Raw): void {
    if (!this.#views.has(panel)) return;
    const before = this.#views.get(panel) ?? null;
    const known = before?.unavailable === null ? before : null;
    const { node } = this.#options;
    const sections = toSections(panel, raw, this.#options.context());
    const view = {
      ...markChanges(known, node, shapeOf(panel), sections, this.#options.now()),
      notice: noticeOf(panel, raw),
    };
    if (sameView(before, view)) return;
    this.#views.set(panel, view);
    this.#options.changed(view);
  }

  #showUnavailable(error: unknown): void {
    const { node } = this.#options;
    const down = error instanceof LabFailure && error.code === 'node-down';
    const unavailable = down
      ? `${node} is not running`
      : `${node} cannot be read: ${String(error)}`;
    for (const [panel, before] of this.#views) {
      const { columns, empty } = shapeOf(panel);
      const nothing = { sections: [], notice: null };
      const view: PanelView = { node, panel, columns, ...nothing, empty, unavailable };
      if (sameView(before, view)) continue;
      this.#views.set(panel, view);
      this.#options.changed(view);
    }
  }

  /** What has no event is asked about every second: has any packet moved, any socket come or gone? */
  #tick(): void {
    // On the beat of the clock: what all nodes ask at once wakes the app once.
    const wait = pulseMs - (Date.now() % pulseMs);
    this.#ticking ??= setTimeout(() => {
      this.#ticking = null;
      if (this.#reader) void this.#beat(this.#reader);
    }, wait);
  }

  async #beat(reader: NodeReader): Promise<void> {
    const timed: PanelKind[] = ['firewall', 'connections', 'interfaces', 'neighbours'];
    try {
      if (timed.some((panel) => this.#views.has(panel))) {
        const before = this.#pulse;
        const now = await reader.pulse();
        this.#pulse = now;
        const moved: PanelKind[] = [];
        if (before?.packets !== now.packets || before.legacyTables !== now.legacyTables)
          moved.push('firewall');
        if (before?.sockets !== now.sockets) moved.push('connections');
        if (before?.devices !== now.devices) moved.push('interfaces', 'neighbours');
        this.wake(moved);
      }
      this.#tick();
    } catch {
      // The reader has ended, and says so itself.
    }
  }

  #expireLater(): void {
    const times = [...this.#views].flatMap(([panel, view]) => {
      const at = view ? nextExpiry(view) : null;
      return at === null ? [] : [{ panel, at }];
    });
    if (this.#expiry) clearTimeout(this.#expiry);
    this.#expiry = null;
    if (times.length === 0) return;
    const wait = Math.max(20, Math.min(...times.map(({ at }) => at)) - this.#options.now());
    this.#expiry = setTimeout(() => {
      this.#expiry = null;
      this.wake(times.map(({ panel }) => panel));
    }, wait);
  }
}
