/**
 * Terminals of a machine go over ssh, as `vagrant ssh` does, through the port forward of its NAT card or
 * over its host-only address: so that pulling a cable does to them what it does in real life. Everything
 * else (panels, checks, rules) enters the machine and does not care.
 */
import type { EnteredNode, NodeTransport, Place } from '../transports/entered.ts';
import type {
  Argv,
  ExecOptions,
  ExecResult,
  ProcessHandle,
  Road,
  ShellSpec,
} from '../transports/transport.ts';
import type { Hypervisor, Machine } from './hypervisor.ts';
import { interfacesOf } from './plan.ts';

/** The terminal that needs no network: it enters the machine. */
export const consolePath = 'console';

export class MachineTransport implements NodeTransport {
  constructor(
    private readonly place: EnteredNode,
    private readonly machines: Hypervisor,
    /** How the machine is entered. */
    private readonly inner: NodeTransport,
    private readonly host: NodeTransport,
  ) {}

  exec(argv: Argv, options?: ExecOptions): Promise<ExecResult> {
    return this.inner.exec(argv, options);
  }

  spawn(argv: Argv): ProcessHandle {
    return this.inner.spawn(argv);
  }

  asUser(argv: Argv, place?: Place): Argv {
    return this.inner.asUser(argv, place);
  }

  terminal(argv: Argv, title: string, path: string, folder?: string): ShellSpec {
    return this.inner.terminal(argv, title, path, folder);
  }

  async roads(): Promise<Road[]> {
    const machine = this.machine();
    const console: Road = { path: consolePath, works: true, why: null };
    const { ranged, daemons } = this.machines.world.around;
    if (!machine || !ranged || !daemons.sshd) return [console];
    const cards = interfacesOf(machine.lab, machine.node);
    const roads = await Promise.all(
      cards.map(async (card): Promise<Road[]> => {
        const mode = machine.lab.networks[card.network]?.mode;
        const path =
          mode === 'nat'
            ? natPath(machine)
            : mode === 'host-only' && card.cidr
              ? `ssh ${card.cidr.split('/')[0] ?? ''}`
              : null;
        if (!path) return [];
        const works = await this.machines.world.cable(card);
        const why = `This terminal is an ssh session that runs through ${card.name} of ${machine.node}, and that cable is out.`;
        return [{ path, works, why: works ? null : why }];
      }),
    );
    return [...roads.flat(), console];
  }

  async shell(path?: string): Promise<ShellSpec> {
    const roads = await this.roads();
    const chosen = roads.find((road) => road.path === path) ?? roads.find((road) => road.works);
    const machine = this.machine();
    if (!machine || !chosen || chosen.path === consolePath) {
      return { ...(await this.inner.shell()), path: consolePath };
    }
    const [, address = '127.0.0.1', port = '22'] =
      /^ssh ([0-9.]+)(?::(\d+))?$/.exec(chosen.path) ?? [];
    const key = `${this.machines.keyFolder(machine)}/virtualbox/private_key`;
    const options = [
      'LogLevel=ERROR',
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'ConnectTimeout=10',
      'SendEnv=COLORTERM',
    ];
    return this.host.terminal(
      [
        'ssh',
        '-t',
        '-p',
        port,
        '-i',
        key,
        ...options.flatMap((option) => ['-o', option]),
        `${this.place.user}@${address}`,
        // bash is the login shell; another is asked for by name.
        ...(this.place.shell === '/bin/bash' ? [] : [`exec ${this.place.shell} -l`]),
      ],
      `${this.place.user} · ${chosen.path}`,
      chosen.path,
    );
  }

  private machine(): Machine | undefined {
    return this.machines.of(this.machines.world.lab, this.place.id);
  }
}

function natPath(machine: Machine): string {
  const port = machine.forwards.find((rule) => rule.guestPort === 22)?.hostPort;
  return port === undefined ? consolePath : `ssh 127.0.0.1:${String(port)}`;
}
