/**
 * The lab's VirtualBox: what `vagrant` and `vboxmanage` act on. A machine is a node; its NAT card is
 * slirp4netns running in the host, between whose tap and the card lies a bridge, so that the cable can be
 * pulled. Names and numbers of machines are kept here, their state is the kernel's.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { SlirpAnswer } from './slirp-api.ts';
import type { Task } from '../backends/backend.ts';
import { LabFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { MachineNode } from '../contract/topology.ts';
import { addressIn, interfacesOf, portName, type PlannedInterface } from './plan.ts';
import { commandLine } from './shell-script.ts';
import type { World } from './world.ts';

/** A machine VirtualBox would have registered. */
export interface Machine {
  node: string;
  lab: Lab;
  spec: MachineNode;
  /** As Vagrant names it: folder_node_milliseconds_number. */
  name: string;
  uuid: string;
  stateSince: Date;
  /** Rules added at run time with natpf, beside those of the lab file. */
  forwards: PortRule[];
}

export interface PortRule {
  name: string;
  protocol: 'tcp' | 'udp';
  hostAddress: string;
  hostPort: number;
  guestAddress: string;
  guestPort: number;
}

export class Hypervisor {
  private readonly machines = new Map<string, Machine>();

  constructor(
    readonly world: World,
    private readonly onLabChange?: (from: Lab, to: Lab) => void,
  ) {}

  machinesOf(lab: Lab): string[] {
    return Object.entries(lab.nodes)
      .filter(([, spec]) => spec.kind === 'machine')
      .map(([id]) => id);
  }

  /** Registered machines, oldest first. */
  list(): Machine[] {
    return [...this.machines.values()];
  }

  find(name: string): Machine | undefined {
    const bare = name.replace(/^"(.*)"$/, '$1').replace(/^\{(.*)\}$/, '$1');
    return this.list().find((machine) => machine.name === bare || machine.uuid === bare);
  }

  of(lab: Lab, node: string): Machine | undefined {
    return this.list().find((machine) => machine.node === node && machine.lab.id === lab.id);
  }

  isRunning(machine: Machine): boolean {
    return this.world.lab.id === machine.lab.id && this.world.life(machine.node) === 'running';
  }

  /** The NAT card of a machine and the network behind it, when it has one. */
  natOf(machine: Machine): { card: PlannedInterface; index: number } | null {
    const cards = interfacesOf(machine.lab, machine.node);
    const index = cards.findIndex((card) => machine.lab.networks[card.network]?.mode === 'nat');
    const card = cards[index];
    return card ? { card, index: index + 1 } : null;
  }

  /** Starts a machine, registering it the first time. Repeatable. Rejects with LabFailure. */
  async up(lab: Lab, node: string, task: Task): Promise<Machine> {
    const spec = lab.nodes[node];
    if (spec?.kind !== 'machine')
      throw new LabFailure('not-found', `${node} is not a machine of ${lab.title}.`);
    this.enter(lab);
    const machine = this.of(lab, node) ?? this.register(lab, node, spec);
    if (this.isRunning(machine)) return machine;
    const nat = this.natOf(machine);
    await this.placeKey(machine);
    await this.world.startNodes([node], {
      ...(nat && { before: this.natScript(machine, nat.card) }),
      after: async () => {
        if (nat) for (const rule of machine.forwards) await this.openPort(machine, rule);
      },
    });
    machine.stateSince = new Date();
    task.log(`${machine.name} is up`);
    return machine;
  }

  async halt(node: string, _task?: Task): Promise<void> {
    const machine = this.list().find((item) => item.node === node);
    if (!machine) return;
    await this.stopNat(machine);
    await this.world.stopNode(node);
    machine.stateSince = new Date();
  }

  async destroy(machine: Machine): Promise<void> {
    if (this.isRunning(machine)) await this.stopNat(machine);
    await this.world.removeNode(machine.node);
    this.machines.delete(machine.uuid);
    await this.world.loader.inNode(
      this.world.host,
      commandLine(['rm', '-rf', this.keyFolder(machine)]),
    );
  }

  /** Takes host-only interfaces away that no machine uses, as `vboxmanage hostonlyif remove` does. */
  removeUnusedDevices(): Promise<void> {
    return this.world.removeDevices(
      this.list().flatMap((machine) => machine.spec.interfaces.map((card) => card.network)),
    );
  }

  /** Adds a port forward through slirp4netns's socket. Rejects with `command-failed` when the port is taken. */
  async openPort(machine: Machine, rule: PortRule): Promise<void> {
    const nat = this.natOf(machine);
    const network = nat && machine.lab.networks[nat.card.network];
    const answer = await this.askNat(machine, {
      execute: 'add_hostfwd',
      arguments: {
        proto: rule.protocol,
        host_addr: rule.hostAddress || '0.0.0.0',
        host_port: rule.hostPort,
        guest_addr: rule.guestAddress || addressIn(network?.subnet ?? '10.0.2.0/24', 15),
        guest_port: rule.guestPort,
      },
    });
    if (answer.error)
      throw new LabFailure(
        'command-failed',
        `Port ${String(rule.hostPort)} of the host is taken.`,
        undefined,
        answer.error,
      );
  }

  /** The forwards slirp4netns has now: what VBoxManage shows is read, not remembered. */
  async openPorts(
    machine: Machine,
  ): Promise<{ id: number; hostPort: number; guestPort: number }[]> {
    if (!this.isRunning(machine) || !this.natOf(machine)) return [];
    const answer = await this.askNat(machine, { execute: 'list_hostfwd' });
    // 1.2.1 answers {"entries": …}, its manual says {"return": {"entries": …}}: both are read.
    const { entries = [] } = (answer.return ?? answer) as {
      entries?: { id: number; host_port: number; guest_port: number }[];
    };
    return entries.map((entry) => ({
      id: entry.id,
      hostPort: entry.host_port,
      guestPort: entry.guest_port,
    }));
  }

  async closePort(machine: Machine, rule: PortRule): Promise<void> {
    const entry = (await this.openPorts(machine)).find((item) => item.hostPort === rule.hostPort);
    if (entry)
      await this.askNat(machine, {
        execute: 'remove_hostfwd',
        arguments: { id: entry.id },
      });
  }

  keyFolder(machine: Machine): string {
    return `/home/${this.user()}/${machine.lab.folder}/.vagrant/machines/${machine.node}`;
  }

  /** Takes the world to another lab: its host, router and internet must be the same ones. */
  private enter(lab: Lab): void {
    const now = this.world.lab;
    if (now.id === lab.id) return;
    if (JSON.stringify(standing(now)) !== JSON.stringify(standing(lab))) {
      throw new LabFailure(
        'busy',
        `${lab.folder} needs another network than the one that runs.`,
        `Open “${lab.title}” from the list of labs.`,
      );
    }
    const running = this.list().filter((machine) => this.isRunning(machine));
    if (running.length > 0) {
      throw new LabFailure(
        'busy',
        `${running.map((machine) => machine.name).join(', ')} still runs.`,
        `Type vagrant destroy in ~/${now.folder} first.`,
      );
    }
    this.world.lab = lab;
    this.onLabChange?.(now, lab);
  }

  private register(lab: Lab, node: string, spec: MachineNode): Machine {
    const machine: Machine = {
      node,
      lab,
      spec,
      name: `${lab.folder}_${node}_${String(Date.now())}_${String(randomInt(10_000, 99_999))}`,
      uuid: randomUUID(),
      stateSince: new Date(),
      forwards: spec.forwards.map((forward) => ({
        name: forward.name,
        protocol: 'tcp',
        hostAddress: forward.host,
        hostPort: forward.hostPort,
        guestAddress: '',
        guestPort: forward.guestPort,
      })),
    };
    this.machines.set(machine.uuid, machine);
    return machine;
  }

  private natScript(machine: Machine, card: PlannedInterface): string {
    const network = machine.lab.networks[card.network];
    const tap = portName(machine.node, 'tap').replace(/^p/, 't');
    const lines = this.world.bridgeLines(card.network);
    return [
      ...(lines.length > 0 ? [`ip -batch - <<'IP'\n${lines.join('\n')}\nIP`] : []),
      `nat_start ${this.world.host} ${machine.node} ${network?.subnet ?? ''} ${tap} || return 1`,
      `ip link set ${tap} master ${this.world.bridgeName(card.network)}; ip link set ${tap} up`,
    ].join('\n');
  }

  private async stopNat(machine: Machine): Promise<void> {
    if (!this.natOf(machine)) return;
    await this.world.loader.run(`nat_stop ${this.world.host} ${machine.node}`);
  }

  /** Where Vagrant keeps the key it made for the machine. */
  private async placeKey(machine: Machine): Promise<void> {
    const folder = `${this.keyFolder(machine)}/virtualbox`;
    const owner = this.world.around.ranged ? '1000' : '0';
    const script = `mkdir -p "$1" && umask 077 && cat >"$1/private_key" && printf %s "$2" >"$1/id" && chown -R ${owner}:${owner} "\${1%%/.vagrant/*}/.vagrant"`;
    await this.world.loader.inNode(
      this.world.host,
      `set -- ${folder} ${machine.uuid}; ${script}`,
      this.world.around.userKey.privateKey,
    );
  }

  private askNat(machine: Machine, body: unknown): Promise<SlirpAnswer> {
    return this.world.loader.askNat(this.world.host, machine.node, body);
  }

  private user(): string {
    return this.world.lab.nodes[this.world.host]?.user ?? 'root';
  }
}

/** What two labs must share so that one can follow the other in the same world. */
function standing(lab: Lab): unknown {
  const nodes = Object.entries(lab.nodes).filter(
    ([, spec]) => spec.kind !== 'machine' && spec.kind !== 'container',
  );
  const used = new Set(nodes.flatMap(([, spec]) => spec.interfaces.map((item) => item.network)));
  const networks = Object.entries(lab.networks).filter(
    ([id, network]) => used.has(id) || network.mode === 'container',
  );
  return { nodes, networks };
}
