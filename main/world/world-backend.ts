/** The life of a lab whose machines Hoplab makes itself: the same, whatever a world's loader is made of. */
import type { Backend, NodeStatus, Task } from '../backends/backend.ts';
import { LabFailure } from '../contract/failure.ts';
import type { BackendHealth } from '../contract/health.ts';
import type { Lab } from '../contract/lab.ts';
import type { BackendKind } from '../contract/session.ts';
import type { NodeTransport } from '../transports/entered.ts';
import { relayPath } from './commands/client.ts';
import { serveCommands } from './commands/server.ts';
import { ContainerEngine, type ContainerDoor } from './container-engine.ts';
import { Hypervisor } from './hypervisor.ts';
import { makeSshKey } from './keys.ts';
import type { Loader } from './loader.ts';
import { MachineTransport } from './machine-transport.ts';
import type { Surroundings } from './node-plan.ts';
import { placeOf } from './place.ts';
import { hostOf, standingNodes } from './plan.ts';
import { World } from './world.ts';

export interface WorldOptions {
  /** Labs whose folders lie in the host's home. */
  siblings(): Lab[];
  /** `vagrant up` was typed in another lab's folder: the window goes there. */
  onLabChange?(from: Lab, to: Lab): void;
}

/** What a world stands on: made by the backend, ended with its loader. */
export interface Ground {
  loader: Loader;
  around: Pick<Surroundings, 'daemons' | 'ranged' | 'welcomePage'>;
  door(world: World): ContainerDoor;
}

/** Everything of one opened lab. */
export interface Opened {
  world: World;
  machines: Hypervisor;
  containers: ContainerEngine;
}

export abstract class WorldBackend implements Backend {
  abstract readonly kind: BackendKind;
  private readonly opened = new Map<string, Opened>();

  constructor(private readonly worldOptions: WorldOptions) {}

  abstract probe(): Promise<BackendHealth>;
  /** Starts the loader. Rejects with LabFailure, and then nothing is left. */
  protected abstract begin(lab: Lab, task: Task): Promise<Ground>;
  /** How a node is entered. */
  protected abstract enter(world: World, node: string): NodeTransport;

  async up(lab: Lab, task: Task, { machines = false }: { machines?: boolean } = {}): Promise<void> {
    let opened = this.opened.get(lab.id);
    if (!opened) {
      task.progress(0.1, 'Making the network');
      opened = await this.open(lab, task);
    }
    if (machines) {
      for (const id of opened.machines.machinesOf(lab)) {
        task.progress(0.5, `Starting ${id}`);
        await opened.machines.up(lab, id, task);
      }
    }
    task.progress(1, 'Ready');
  }

  async halt(lab: Lab, task: Task): Promise<void> {
    const opened = this.opened.get(lab.id);
    for (const id of opened?.machines.machinesOf(lab) ?? []) await opened?.machines.halt(id, task);
  }

  async destroy(lab: Lab): Promise<void> {
    const opened = this.opened.get(lab.id);
    if (!opened) return;
    this.opened.delete(lab.id);
    await opened.world.loader.end();
  }

  /** Ends machines and containers, and what came to the host with them, as a learner would at the end. */
  async tidy(lab: Lab): Promise<void> {
    const { machines, containers } = this.of(lab);
    for (const item of containers.list()) await containers.remove(item);
    for (const machine of machines.list()) await machines.destroy(machine);
    await machines.removeUnusedDevices();
  }

  status(lab: Lab): Promise<NodeStatus[]> {
    const world = this.opened.get(lab.id)?.world;
    return Promise.resolve(
      Object.keys(lab.nodes).map((id) => ({
        id,
        life: world?.life(id) ?? 'absent',
        detail: world?.detail(id) ?? null,
      })),
    );
  }

  watch(lab: Lab, listener: () => void): () => void {
    return this.of(lab).world.onChange(listener);
  }

  folderOf(lab: Lab): string {
    return `/home/${lab.nodes[hostOf(lab)]?.user ?? 'learner'}/${lab.folder}`;
  }

  transport(lab: Lab, node: string): NodeTransport {
    const { world, machines } = this.of(lab);
    const inner = this.enter(world, node);
    if (world.lab.nodes[node]?.kind !== 'machine') return inner;
    const place = placeOf(world, node, this.shellProgram());
    return new MachineTransport(place, machines, inner, this.enter(world, world.host));
  }

  /** The opened lab; throws `node-down` when it is not open. */
  of(lab: Lab): Opened {
    const opened = this.opened.get(lab.id);
    if (!opened) throw new LabFailure('node-down', `${lab.title} is not running.`);
    return opened;
  }

  /** The program a terminal runs. */
  protected shellProgram(): string {
    return '/bin/bash';
  }

  private async open(lab: Lab, task: Task): Promise<Opened> {
    const { loader, around, door } = await this.begin(lab, task);
    const onAbort = () => void loader.end();
    task.signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (task.signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
      const world = new World(loader, lab, {
        ...around,
        siblings: this.siblingsOf(lab),
        userKey: makeSshKey('learner@host'),
        hostKey: makeSshKey('root@machine'),
      });
      await world.startNodes(standingNodes(lab));
      const containers = new ContainerEngine(world, door(world));
      const machines: Hypervisor = new Hypervisor(world, (from, to) => {
        this.opened.delete(from.id);
        this.opened.set(to.id, opened);
        this.worldOptions.onLabChange?.(from, to);
      });
      const opened: Opened = { world, machines, containers };
      serveCommands(opened, this.enter(world, world.host).spawn(['bash', relayPath]));
      this.opened.set(lab.id, opened);
      return opened;
    } catch (error) {
      await loader.end();
      if (task.signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
      throw error;
    } finally {
      task.signal.removeEventListener('abort', onAbort);
    }
  }

  private siblingsOf(lab: Lab): Lab[] {
    const others = this.worldOptions
      .siblings()
      .filter((other) => other.id !== lab.id && other.folder !== lab.folder);
    return [lab, ...others];
  }
}
