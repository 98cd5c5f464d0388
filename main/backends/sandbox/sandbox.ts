/** The default backend: the lab's whole world out of Linux namespaces, without root, daemon or download. */
import { existsSync } from 'node:fs';
import type { Task } from '../backend.ts';
import type { BackendHealth } from '../../contract/health.ts';
import { LabFailure, toFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import type { NodeTransport } from '../../transports/entered.ts';
import { NamespaceTransport } from '../../transports/namespace.ts';
import { nodePrograms } from '../../world/programs/node-programs.ts';
import { placeOf } from '../../world/place.ts';
import { WorldBackend, type Ground, type WorldOptions } from '../../world/world-backend.ts';
import type { World } from '../../world/world.ts';
import { NamespaceDoor } from './container-door.ts';
import { fetchDaemons, findDaemons, welcomePage, type FoundDaemons } from './daemons.ts';
import { identify } from './identity.ts';
import { LabProcess } from './lab-process.ts';
import { probeSandbox } from './probe.ts';
import { rootfsScript } from './rootfs.ts';

export interface SandboxOptions extends WorldOptions {
  cacheDir: string;
  /** unshare(1), or a stand-in that refuses, in tests. */
  unshare?: string;
  /** Told every script the sandbox's first process runs. */
  record?: (code: string) => void;
  /** The learner's shell; bash where this machine does not have it. */
  shell?: () => string;
}

export class SandboxBackend extends WorldBackend {
  readonly kind = 'sandbox';
  private daemonsAsked = false;

  constructor(private readonly options: SandboxOptions) {
    super(options);
  }

  probe(): Promise<BackendHealth> {
    return probeSandbox(this.options);
  }

  protected async begin(_lab: Lab, task: Task): Promise<Ground> {
    const [identity, daemons] = await Promise.all([identify(), this.daemons(task)]);
    const { unshare, record } = this.options;
    const loader = await LabProcess.create(identity, unshare, record);
    const root = await loader
      .run(
        rootfsScript({
          daemons: daemons.folder,
          sizeKb: 512 * 1024,
          programs: nodePrograms,
        }),
      )
      .catch(() => ({ status: 1 }));
    if (root.status !== 0) {
      await loader.end();
      throw new LabFailure(
        'command-failed',
        'The sandbox could not make its root.',
        undefined,
        loader.complaints,
      );
    }
    return {
      loader,
      around: { daemons, ranged: identity.ranged, welcomePage: await welcomePage(daemons) },
      door: (world) => new NamespaceDoor(world),
    };
  }

  protected enter(world: World, node: string): NodeTransport {
    return new NamespaceTransport({
      ...placeOf(world, node, this.shellProgram()),
      pid: () => world.pidOf(node),
    });
  }

  /** The learner's choice where it is there. */
  protected override shellProgram(): string {
    const wanted = this.options.shell?.() ?? 'bash';
    return wanted !== 'bash' && existsSync(`/usr/bin/${wanted}`)
      ? `/usr/bin/${wanted}`
      : '/bin/bash';
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
}
