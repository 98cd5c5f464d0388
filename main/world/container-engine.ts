/** The lab's Docker: starts and ends the lab's containers, and publishes their ports. */
import { randomBytes } from 'node:crypto';
import { LabFailure } from '../contract/failure.ts';
import type { ContainerNode } from '../contract/topology.ts';
import type { World } from './world.ts';

export interface PublishedPort {
  hostAddress: string;
  hostPort: number;
  containerPort: number;
}

export interface Container {
  /** 64 hexadecimal digits; the first 12 are what people see. */
  id: string;
  name: string;
  node: string;
  spec: ContainerNode;
  image: string;
  created: Date;
  started: Date;
  remove: boolean;
  ports: PublishedPort[];
}

/** The way into running containers, for `docker exec` typed on the host. */
export interface ContainerDoor {
  open(item: Container): Promise<void>;
  close(item: Container): Promise<void>;
  /** What the learner's `docker exec` becomes in their own terminal. */
  exec(item: Container, command: readonly string[], terminal: boolean): Promise<string[]>;
}

export class ContainerEngine {
  private readonly containers = new Map<string, Container>();

  constructor(
    readonly world: World,
    readonly door: ContainerDoor,
  ) {
    // A container whose first process ended is gone, as with --rm; without it, it stays as exited.
    world.onChange(() => {
      for (const [id, item] of this.containers) {
        if (world.life(item.node) !== 'died') continue;
        void this.door.close(item).catch(() => undefined);
        if (item.remove) this.containers.delete(id);
      }
    });
  }

  list(): Container[] {
    return [...this.containers.values()];
  }

  isRunning(item: Container): boolean {
    return this.world.life(item.node) === 'running';
  }

  find(reference: string): Container | undefined {
    return this.list().find(
      (item) => item.name === reference || (reference.length >= 2 && item.id.startsWith(reference)),
    );
  }

  /** The lab's container that runs this image, when there is one. */
  nodeFor(image: string): { node: string; spec: ContainerNode } | null {
    const full = image.includes(':') ? image : `${image}:latest`;
    for (const [node, spec] of Object.entries(this.world.lab.nodes)) {
      if (spec.kind === 'container' && (spec.image === full || spec.image === image))
        return { node, spec };
    }
    return null;
  }

  /** `docker run -d`. Rejects with LabFailure: unknown image, name or port taken, or it did not start. */
  async start(options: {
    image: string;
    name: string;
    remove: boolean;
    ports: PublishedPort[];
  }): Promise<Container> {
    const found = this.nodeFor(options.image);
    if (!found) throw new LabFailure('not-found', `no image ${options.image} in this lab`);
    const running = this.list().find((item) => item.node === found.node && this.isRunning(item));
    if (running)
      throw new LabFailure('busy', `the lab's ${found.node} runs already, as ${running.name}`);
    const now = new Date();
    const item: Container = {
      id: randomBytes(32).toString('hex'),
      ...found,
      ...options,
      created: now,
      started: now,
    };
    await this.world.removeNode(item.node);
    await this.world.startNodes([item.node], { hostNames: { [item.node]: item.id.slice(0, 12) } });
    this.containers.set(item.id, item);
    try {
      await this.door.open(item);
      for (const port of item.ports) await this.publish(item, port);
    } catch (error) {
      await this.remove(item);
      throw error;
    }
    return item;
  }

  async stop(item: Container): Promise<void> {
    await this.unpublish(item);
    await this.world.stopNode(item.node);
    await this.door.close(item);
    if (item.remove) await this.remove(item);
  }

  async remove(item: Container): Promise<void> {
    await this.unpublish(item);
    await this.door.close(item);
    await this.world.removeNode(item.node);
    this.containers.delete(item.id);
  }

  /**
   * What docker-proxy does on a real host: a process on the host listens and passes bytes on. So published
   * ports work before the host forwards anything, which is a later lesson.
   */
  private async publish(item: Container, port: PublishedPort): Promise<void> {
    const address = item.spec.interfaces[0]?.address ?? '';
    const listens = `[[ $(</proc/net/tcp)$(</proc/net/tcp6) == *:${port.hostPort.toString(16).toUpperCase().padStart(4, '0')}\\ +([0:])\\ 0A* ]]`;
    const script = [
      'shopt -s extglob',
      `${listens} && exit 3`,
      `cp "$(type -P busybox)" /run/hoplab/docker-proxy`,
      // Its own name is what the host's `ss` and `netstat` show; busybox(1) looks at its zeroth argument.
      `setsid bash -c 'echo $$ >/run/hoplab/proxy-${item.node}-${String(port.hostPort)}.pid; exec -a busybox /run/hoplab/docker-proxy nc -ll -p ${String(port.hostPort)} -e busybox nc ${address} ${String(port.containerPort)} 7>&-' </dev/null >/dev/null 2>&1 &`,
      `for ((n = 0; n < 200; n++)); do ${listens} && exit 0; sleep 0.01; done; exit 1`,
    ].join('\n');
    const { status } = await this.inHost(script);
    if (status === 3)
      throw new LabFailure(
        'busy',
        `Bind for 0.0.0.0:${String(port.hostPort)} failed: port is already allocated.`,
      );
    if (status !== 0)
      throw new LabFailure(
        'command-failed',
        `port ${String(port.hostPort)} could not be published`,
        undefined,
        this.world.loader.complaints,
      );
  }

  private async unpublish(item: Container): Promise<void> {
    if (item.ports.length === 0) return;
    await this.inHost(
      `for file in /run/hoplab/proxy-${item.node}-*.pid; do [[ -e $file ]] && { kill "$(cat "$file")"; rm -f "$file"; }; done; :`,
    );
  }

  private inHost(script: string): Promise<{ status: number }> {
    return this.world.loader.inNode(this.world.host, script);
  }
}
