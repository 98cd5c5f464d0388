/**
 * Keeps a running container's namespaces open in a process of the host, where its `docker exec` enters them. They are not
 * bind-mounted: the kernel refuses a mount namespace it counts as older than the mounting one, and since Linux 6.18
 * counts by processor (kernel/nstree.c), so that whether it works would be chance.
 */
import type { Container, ContainerDoor } from '../../world/container-engine.ts';
import type { World } from '../../world/world.ts';

const namespaceKinds = ['net', 'uts', 'ipc', 'mnt'] as const;

/** Where, on the host, a running container's namespaces can be entered: one file a kind. */
const namespacesAt = (item: { id: string }): string => `/run/docker/${item.id.slice(0, 12)}`;

export class NamespaceDoor implements ContainerDoor {
  constructor(private readonly world: World) {}

  async open(item: Container): Promise<void> {
    const at = namespacesAt(item);
    const numbered = namespaceKinds.map((kind, index) => ({ kind, fd: String(index + 20) }));
    const opens = numbered.map(({ kind, fd }) => `${fd}</proc/\${PIDS[${item.node}]}/ns/${kind}`);
    const links = numbered.map(({ kind, fd }) => `ln -s /proc/$!/fd/${fd} ${at}/${kind}`);
    const shim = `setsid bash -c "exec -a containerd-shim sleep infinity" 7>&- </dev/null >/dev/null 2>&1 & echo $! >${at}/pid`;
    await this.world.loader.run(
      `exec ${opens.join(' ')}; enter ${this.world.host} bash -c 'mkdir -p ${at}; ${shim}; ${links.join('; ')}'; exec ${numbered.map(({ fd }) => `${fd}<&-`).join(' ')}`,
    );
  }

  async close(item: Container): Promise<void> {
    const at = namespacesAt(item);
    await this.world.loader.inNode(
      this.world.host,
      `[[ ! -e ${at} ]] || { kill "$(<${at}/pid)"; rm -r ${at}; }`,
    );
  }

  exec(item: Container, command: readonly string[]): Promise<string[]> {
    const at = namespacesAt(item);
    return Promise.resolve([
      'sudo',
      'nsenter',
      `--net=${at}/net`,
      `--uts=${at}/uts`,
      `--ipc=${at}/ipc`,
      `--mount=${at}/mnt`,
      '--',
      'env',
      'HOME=/root',
      ...command,
    ]);
  }
}
