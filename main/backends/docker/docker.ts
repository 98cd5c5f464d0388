/** The backend for where there is Docker and no user namespaces of Linux: each machine of a lab is a container. */
import type { BackendHealth } from '../../contract/health.ts';
import type { Lab } from '../../contract/lab.ts';
import type { NodeTransport } from '../../transports/entered.ts';
import type { Daemons } from '../../world/daemons.ts';
import { placeOf } from '../../world/place.ts';
import { WorldBackend, type Ground, type WorldOptions } from '../../world/world-backend.ts';
import type { World } from '../../world/world.ts';
import type { Task } from '../backend.ts';
import { DockerDoor } from './container-door.ts';
import { removeLeftovers } from './containers.ts';
import { requireEngine } from '../../platform/docker-engine.ts';
import { ensureImage, type ImageOptions } from './image.ts';
import { LabContainers } from './lab-containers.ts';
import { probeDocker } from './probe.ts';

export interface DockerOptions extends WorldOptions {
  image?: ImageOptions;
  /** Where DOCKER_HOST and PATH are looked for; this process's environment when not given. */
  env?: NodeJS.ProcessEnv;
}

/** Where the image has them. */
const daemons: Daemons = {
  sshd: '/usr/sbin/sshd',
  nginx: '/usr/sbin/nginx',
  resolved: '/usr/lib/systemd/systemd-resolved',
  resolvectl: '/usr/bin/resolvectl',
  libraries: '',
};

export class DockerBackend extends WorldBackend {
  readonly kind = 'docker';
  private readonly loaders = new WeakMap<object, LabContainers>();

  constructor(private readonly options: DockerOptions) {
    super(options);
  }

  probe(): Promise<BackendHealth> {
    return probeDocker(this.options);
  }

  protected async begin(lab: Lab, task: Task): Promise<Ground> {
    const engine = await requireEngine(this.options.env);
    const left = await removeLeftovers(engine);
    if (left > 0) task.log(`Removed ${String(left)} containers an earlier Hoplab left behind.`);
    const image = await ensureImage(engine, task, this.options.image);
    task.progress(0.1, 'Making the network');
    const loader = await LabContainers.create(engine, image, lab.id);
    this.loaders.set(loader, loader);
    return {
      loader,
      around: { daemons, ranged: true, welcomePage },
      door: (world) => new DockerDoor(world, (node, argv) => this.enter(world, node).spawn(argv)),
    };
  }

  protected enter(world: World, node: string): NodeTransport {
    const loader = this.loaders.get(world.loader);
    if (!loader) throw new Error('a world of another backend');
    return loader.transport(placeOf(world, node, this.shellProgram()));
  }
}

const welcomePage =
  '<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1></body></html>\n';
