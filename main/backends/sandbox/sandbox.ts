/** The default backend: the lab's whole world out of Linux namespaces, without root, daemon or download. */
import { existsSync } from 'node:fs';
import type { Backend, NodeStatus, Task } from '../backend.ts';
import type { BackendHealth } from '../../contract/health.ts';
import { LabFailure, toFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import { NamespaceTransport, type NamespaceNode } from '../../transports/namespace.ts';
import { hostPrograms, relayPath } from '../../world/commands/client.ts';
import { serveCommands } from '../../world/commands/server.ts';
import { NamespaceDoor } from './container-door.ts';
import { fetchDaemons, findDaemons, welcomePage, type FoundDaemons } from './daemons.ts';
import { identify } from './identity.ts';
import { makeSshKey } from '../../world/keys.ts';
import { MachineTransport } from '../../world/machine-transport.ts';
import { LabProcess } from './lab-process.ts';
import { Hypervisor } from '../../world/hypervisor.ts';
import { standingNodes } from '../../world/plan.ts';
import { probeSandbox } from './probe.ts';
import * as helpers from '../../world/programs/helpers.ts';
import { rootfsScript } from './rootfs.ts';
import { World } from '../../world/world.ts';
import { ContainerEngine } from '../../world/container-engine.ts';

export interface SandboxOptions {
  cacheDir: string;
  /** unshare(1), or a stand-in that refuses, in tests. */
  unshare?: string;
  /** Told every script the sandbox's first process runs. */
  record?: (code: string) => void;
  /** Labs whose folders lie in the host's home. */
  siblings(): Lab[];
  /** The learner's shell; bash where this machine does not have it. */
  shell?: () => string;
  /** `vagrant up` was typed in another lab's folder: the window goes there. */
  onLabChange?(from: Lab, to: Lab): void;
}

/** Everything of one opened sandbox. */
export interface Opened {
  world: World;
  machines: Hypervisor;
  containers: ContainerEngine;
}

const searchPath = '/opt/hoplab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export class SandboxBackend implements Backend {
  readonly kind = 'sandbox';
  private readonly opened = new Map<string, Opened>();
  private daemonsAsked = false;

  constructor(private readonly options: SandboxOptions) {}

  probe(): Promise<BackendHealth> {
    return probeSandbox(this.options);
  }

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

  transport(lab: Lab, node: string): NamespaceTransport {
    const { world, machines } = this.of(lab);
    return transportOf(world, node, this.options.shell?.(), machines);
  }

  /** The opened sandbox of a lab; throws `node-down` when it is not open. */
  of(lab: Lab): Opened {
    const opened = this.opened.get(lab.id);
    if (!opened) throw new LabFailure('node-down', `${lab.title} is not running.`);
    return opened;
  }

  private async open(lab: Lab, task: Task): Promise<Opened> {
    const [identity, daemons] = await Promise.all([identify(), this.daemons(task)]);
    const process = await LabProcess.create(identity, this.options.unshare, this.options.record);
    const onAbort = () => void process.end();
    task.signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (task.signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
      const root = await process.run(
        rootfsScript({
          daemons: daemons.folder,
          sizeKb: 512 * 1024,
          programs: {
            'bin/sudo': helpers.sudo,
            'bin/systemctl': helpers.systemctl,
            'lib/service': helpers.service,
            'lib/udhcpc': helpers.udhcpcScript,
            ...hostPrograms,
          },
        }),
      );
      if (root.status !== 0)
        throw new LabFailure(
          'command-failed',
          'The sandbox could not make its root.',
          undefined,
          process.complaints,
        );
      const world = new World(process, lab, {
        daemons,
        ranged: identity.ranged,
        siblings: this.siblingsOf(lab),
        userKey: makeSshKey('learner@host'),
        hostKey: makeSshKey('root@machine'),
        welcomePage: await welcomePage(daemons),
      });
      await world.startNodes(standingNodes(lab));
      const containers = new ContainerEngine(world, new NamespaceDoor(world));
      const machines: Hypervisor = new Hypervisor(world, (from, to) => {
        this.opened.delete(from.id);
        this.opened.set(to.id, opened);
        this.options.onLabChange?.(from, to);
      });
      const opened: Opened = { world, machines, containers };
      serveCommands(opened, transportOf(world, world.host).spawn(['bash', relayPath]));
      this.opened.set(lab.id, opened);
      return opened;
    } catch (error) {
      await process.end();
      if (task.signal.aborted) throw new LabFailure('cancelled', 'Cancelled.');
      throw error;
    } finally {
      task.signal.removeEventListener('abort', onAbort);
    }
  }

  /** What the labs run inside; fetched once where it is missing, and done without where it cannot be had. */
  private async daemons(task: Task): Promise<FoundDaemons> {
    const { cacheDir } = this.options;
    const found = await findDaemons(cacheDir);
    if (found.missing.length === 0 || this.daemonsAsked) return found;
    this.daemonsAsked = true;
    task.progress(null, 'Fetching the programs the machines of the lab run (once)');
    return fetchDaemons(cacheDir, (line) => {
      task.log(line);
    }).catch((error: unknown) => {
      task.log(toFailure(error).message);
      return found;
    });
  }

  private siblingsOf(lab: Lab): Lab[] {
    return [
      lab,
      ...this.options
        .siblings()
        .filter((other) => other.id !== lab.id && other.folder !== lab.folder),
    ];
  }
}

/** The program a terminal runs: the learner's choice where it is there. */
function shellProgram(wanted: string): string {
  return wanted !== 'bash' && existsSync(`/usr/bin/${wanted}`) ? `/usr/bin/${wanted}` : '/bin/bash';
}

function transportOf(
  world: World,
  node: string,
  shell = 'bash',
  machines?: Hypervisor,
): NamespaceTransport {
  const spec = world.lab.nodes[node];
  if (!spec) throw new LabFailure('not-found', `${node} is not a node of ${world.lab.title}.`);
  const place: NamespaceNode = {
    id: node,
    pid: () => world.pidOf(node),
    user: spec.user ?? 'root',
    ...(spec.kind === 'host' && spec.user && { folder: `/home/${spec.user}/${world.lab.folder}` }),
    ranged: world.around.ranged,
    path: spec.kind === 'host' ? `/opt/hoplab/host:${searchPath}` : searchPath,
    shell: shellProgram(shell),
  };
  if (spec.kind === 'machine' && machines)
    return new MachineTransport(place, machines, transportOf(world, world.host, shell));
  return new NamespaceTransport(place);
}
