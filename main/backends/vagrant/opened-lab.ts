/** An opened lab on this computer: who runs, how each is reached, and what the lab looks like here. */
import { setInterval } from 'node:timers/promises';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import type { NodeStatus, Remark, Task } from '../backend.ts';
import { untilAborted } from '../../platform/abort.ts';
import { LocalTransport, type LocalOptions } from '../../transports/local.ts';
import { SshTransport } from '../../transports/ssh.ts';
import type { Transport } from '../../transports/transport.ts';
import { adaptLab, type GuestCard, type Surroundings } from './adapt.ts';
import { Containers } from './containers.ts';
import { keysOf } from './keys.ts';
import { devicesOf, settleIn } from './guest.ts';
import type { HostOnlyWords } from './host-only.ts';
import { Machines } from './machines.ts';
import { remarksOf } from './remarks.ts';
import { Snapshots } from './snapshots.ts';
import { takeAway } from './take-away.ts';
import type { Uplink } from './uplinks.ts';
import type { VagrantCli, VagrantRun } from './vagrant-cli.ts';
import { hangMs, type VboxCli } from './vbox-cli.ts';

export interface OpenedOptions
  extends
    Pick<Surroundings, 'uplink' | 'user' | 'moved' | 'servers' | 'forwarding'>,
    Pick<LocalOptions, 'readAsRoot' | 'hasRights' | 'privileged'> {
  folder: string;
  /** Ways out of this computer, the one the kernel takes first. */
  uplinks: readonly Uplink[];
  /** Subnets that VirtualBox must be told to allow before a machine starts. */
  allow: readonly string[];
  rcFile: string;
  sockets: string;
  env: Record<string, string>;
  ssh: string;
  vbox: VboxCli;
  hostOnly: HostOnlyWords;
  vagrant: VagrantCli;
}

const everyMs = 1500;
/** Longer than Vagrant takes for a machine that answers. */
const patienceMs = 45_000;

export class OpenedLab {
  lab: Lab;
  readonly containers: Containers;
  readonly #machines: Machines;
  readonly #listeners = new Set<() => void>();
  /** Machines that have answered since they last started: node → its cards. */
  readonly #settled = new Map<string, Record<string, GuestCard>>();
  readonly #keys = new Map<string, string[]>();
  readonly #startedAt = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #snapshots: Snapshots;
  /** Host-only interfaces that were there when the lab was opened. */
  #before: string[] = [];
  #last = '';

  constructor(
    private readonly original: Lab,
    private readonly options: OpenedOptions,
  ) {
    this.containers = new Containers(options.env);
    this.#machines = new Machines(options.vbox, options.folder);
    this.#snapshots = new Snapshots(options.vbox, (node) => this.#machines.uuidOf(node));
    this.lab = this.#adapted();
  }

  /** Rejects with `cancelled` when the signal says so; then it must be disposed. */
  async begin(signal: AbortSignal): Promise<void> {
    await untilAborted(this.containers.open(), signal);
    this.#before = await this.#interfaces(signal);
    await untilAborted(this.look(signal), signal);
    // It ends by being aborted, which is no news.
    this.#watch().catch(() => undefined);
  }

  dispose(): void {
    this.#stop.abort();
    this.#listeners.clear();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  vagrant(words: readonly string[], task: Task): Promise<VagrantRun> {
    return this.options.vagrant.run(words, this.options.folder, task);
  }

  /**
   * Takes away what the lab has made: containers, machines, and host-only interfaces that came with them. Rejects with what
   * could not be taken away; it waits no longer than some seconds for a VirtualBox that does not answer.
   */
  async clear(task: Task): Promise<void> {
    if (this.original.ownFolder !== undefined) return;
    await this.containers.remove(this.original);
    const machines = await this.#made();
    const { vbox, vagrant, folder, hostOnly } = this.options;
    if (machines.length > 0) await takeAway({ vbox, vagrant, folder, machines }, task);
    for (const name of await this.#interfaces()) {
      if (!this.#before.includes(name)) await vbox.call(hostOnly.remove(name));
    }
  }

  /** Subnets that VirtualBox must be told to allow. */
  get allow(): readonly string[] {
    return this.options.allow;
  }

  remarks(): Remark[] {
    return remarksOf(this.original, this.options, this.containers.problem);
  }

  /**
   * Machines go back to their snapshot and containers go; false when a machine has no snapshot. Rejects with `timed-out` when
   * VirtualBox does not answer, and then nothing was changed.
   */
  async reset(task: Task): Promise<boolean> {
    if (this.original.ownFolder !== undefined) return false;
    const running = Object.keys(this.original.nodes).filter((id) => this.#machines.state(id).info);
    if (running.length === 0) return false;
    if (!(await this.options.vbox.answers())) throw noAnswer();
    if (!(await this.#snapshots.all(running))) return false;
    task.progress(null, 'Going back to the snapshot');
    await this.containers.remove(this.original);
    for (const id of running) await this.#snapshots.restore(id);
    await this.look();
    return true;
  }

  async #interfaces(signal?: AbortSignal): Promise<string[]> {
    const { vbox, hostOnly } = this.options;
    const text = await vbox
      .call(hostOnly.list, { timeoutMs: hangMs, ...(signal && { signal }) })
      .catch(() => '');
    return hostOnly.namesOf(text);
  }

  /** Machines that Vagrant has made here and that must be taken away. */
  async #made(): Promise<string[]> {
    const names = await readdir(join(this.options.folder, '.vagrant/machines')).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => ((await this.#machines.uuidOf(name)) === null ? [] : [name])),
    );
    return found.flat();
  }

  status(): NodeStatus[] {
    return Object.entries(this.lab.nodes).map(([id, { kind }]) => {
      if (kind === 'host') return { id, life: 'running', detail: null };
      if (kind === 'container') return { id, ...pick(this.containers.state(id)) };
      if (kind !== 'machine')
        return { id, life: 'absent', detail: 'the real one, which Hoplab cannot look into' };
      const { life, detail } = this.#machines.state(id);
      // Running is what VirtualBox says; that it can be worked with shows in its answer.
      return { id, life: life === 'running' && !this.#settled.has(id) ? 'starting' : life, detail };
    });
  }

  transport(node: string): Transport {
    const spec = this.lab.nodes[node];
    if (!spec) throw new LabFailure('not-found', `${node} is not a node of ${this.lab.title}.`);
    if (spec.kind === 'host') return this.#host();
    if (spec.kind === 'container') return this.containers.transport(node);
    if (spec.kind === 'machine') return this.#ssh(node);
    throw new LabFailure('node-down', `${node} is the real one, which Hoplab cannot look into.`);
  }

  /** Asks VirtualBox and Docker; tells listeners when anything is other than before. Never rejects. */
  async look(signal: AbortSignal = this.#stop.signal): Promise<void> {
    await Promise.all([
      this.#machines.look(this.original, signal),
      this.containers.look(this.original),
    ]);
    await Promise.all(Object.keys(this.original.nodes).map((id) => this.#settle(id)));
    this.#tell();
  }

  #tell(): void {
    this.lab = this.#changed(this.#adapted());
    const now = JSON.stringify([this.status(), this.#roads()]);
    if (now === this.#last) return;
    this.#last = now;
    for (const listener of this.#listeners) listener();
  }

  /** Until the lab is disposed. */
  async #watch(): Promise<void> {
    let [looking, asking] = [false, false];
    for await (const _ of setInterval(everyMs, undefined, { signal: this.#stop.signal })) {
      if (looking) {
        // A snapshot keeps the questions about its machine waiting. Whether VirtualBox answers others tells that from a hang.
        if (!asking) void this.options.vbox.answers().finally(() => (asking = false));
        asking = true;
        // What Docker has to say does not wait with them.
        await this.containers.look(this.original);
        this.#tell();
        continue;
      }
      looking = true;
      void this.look().finally(() => (looking = false));
    }
  }

  /** A machine that has come up is asked for its cards, and learns to say what is typed on it. */
  async #settle(node: string): Promise<void> {
    if (this.original.nodes[node]?.kind !== 'machine') return;
    const { life, info } = this.#machines.state(node);
    if (life !== 'running' || !info) {
      this.#settled.delete(node);
      this.#keys.delete(node);
      this.#startedAt.delete(node);
      return;
    }
    // Vagrant puts a key of its own into the machine while it first brings it up.
    this.#keys.set(node, await keysOf(this.#machines.dataOf(node), this.options.env));
    if (this.#settled.has(node) || !(await this.#isUp(node))) return;
    const cards = await settleIn(this.#ssh(node), this.original, node, info).catch(() => null);
    if (!cards) return;
    this.#settled.set(node, cards);
    if (this.original.ownFolder !== undefined) return;
    // It takes VirtualBox some seconds, in which the machine stands still.
    void this.#snapshots.take(node);
  }

  /** Whether Vagrant is through with a machine's first start: it notes so at the very end (action/provision.rb). */
  async #isUp(node: string): Promise<boolean> {
    const since = this.#startedAt.get(node) ?? performance.now();
    this.#startedAt.set(node, since);
    const noted = await access(join(this.#machines.dataOf(node), 'action_provision')).then(
      () => true,
      () => false,
    );
    // With --no-provision it notes nothing.
    return noted || performance.now() - since > patienceMs;
  }

  #adapted(): Lab {
    const { uplink, user, moved, servers, forwarding } = this.options;
    const names: Record<string, Record<string, GuestCard>> = Object.fromEntries(this.#settled);
    for (const [id, { kind, interfaces }] of Object.entries(this.original.nodes)) {
      const address = kind === 'container' ? this.containers.state(id).address : null;
      const card = interfaces[0];
      if (address !== null && card) names[id] = { [card.network]: { name: card.name, address } };
    }
    const devices = Object.assign(
      {},
      ...Object.keys(this.original.nodes).map((id) =>
        devicesOf(this.original, id, this.#machines.state(id).info),
      ),
    ) as Record<string, string>;
    return adaptLab(this.original, {
      ...{ uplink, user, moved, servers, forwarding, names, devices },
    });
  }

  /** The same object when nothing differs, so that who holds it can tell. */
  #changed(next: Lab): Lab {
    return JSON.stringify(next) === JSON.stringify(this.lab) ? this.lab : next;
  }

  #roads(): unknown {
    return Object.keys(this.original.nodes).map((id) => this.#machines.roads(this.lab, id));
  }

  #host(): LocalTransport {
    const { env, folder, rcFile, user, readAsRoot, hasRights, privileged } = this.options;
    return new LocalTransport({
      ...{ folder, user, readAsRoot, hasRights, privileged },
      path: env['PATH'] ?? '',
      shell: '/bin/bash',
      shellWords: ['--rcfile', rcFile, '-i'],
      shellEnv: {},
    });
  }

  #ssh(node: string): SshTransport {
    const { ssh, env, sockets } = this.options;
    return new SshTransport({
      ...{ id: node, ssh, env, sockets },
      user: this.lab.nodes[node]?.user ?? 'vagrant',
      ranged: false,
      path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      shell: '/bin/bash',
      roadsNow: () => this.#machines.roads(this.lab, node),
      keys: () => this.#keys.get(node) ?? [],
    });
  }
}

const noAnswer = () =>
  new LabFailure(
    'timed-out',
    'VirtualBox does not answer.',
    'Nothing was changed. Terminals and panels go on; try again when it answers.',
  );

const pick = ({ life, detail }: { life: NodeStatus['life']; detail: string | null }) => ({
  life,
  detail,
});
