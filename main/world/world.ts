/**
 * A running lab: its first process, its nodes, and how nodes start and stop in it. Speaks bash to the
 * first process and reads the kernel for the rest; remembers nothing the kernel can tell.
 */
import { LabFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { NodeLife } from '../contract/session.ts';
import type { Loader } from './loader.ts';
import { bootOf, type Surroundings } from './node-plan.ts';
import { bridgesOf, hostDeviceOf, hostOf, interfacesOf, type PlannedInterface } from './plan.ts';
import { quote } from './shell-script.ts';

interface RunningNode {
  life: NodeLife;
  /** The node's first process, as the real machine numbers it. */
  pid: number | null;
  detail: string | null;
}

/** Bash the first process needs all the time, beside the loader's own words. */
const prelude = `declare -gA PIDS=() WATCH=()
await() { # await WORD COUNT: until COUNT nodes have reported WORD
  local left=$2 word name rest
  while ((left > 0)); do
    read -r -t 40 -u 7 word name rest || { echo "slow $1"; return 1; }
    case $word in
      pid) PIDS[$name]=$rest; echo "pid $name $rest"; [[ $1 == pid ]] && ((left--)) ;;
      fail) echo "fail $name $rest"; return 1 ;;
      gone) [[ \${PIDS[$name]:-} ]] && unset "PIDS[$name]" && [[ $3 == *" $name "* ]] && { echo "fail $name it ended"; return 1; } ;;
      *) [[ $word == "$1" ]] && ((left--)) ;;
    esac
  done
}
`;

export class World {
  private readonly nodes = new Map<string, RunningNode>();
  private readonly listeners = new Set<() => void>();
  private readonly bridges = new Set<string>();
  private readonly devices = new Set<string>();
  private prepared = false;

  constructor(
    readonly loader: Loader,
    public lab: Lab,
    readonly around: Surroundings,
  ) {
    loader.onAnnouncement((line) => {
      const [, id = '', status = ''] = /^gone (\S+) ?(\d*)/.exec(line) ?? [];
      this.onGone(id, status);
    });
    void loader.closed.then(() => {
      for (const node of this.nodes.values()) {
        node.pid = null;
        if (node.life !== 'halted') node.life = 'died';
      }
      this.changed();
    });
  }

  get host(): string {
    return hostOf(this.lab);
  }

  pidOf(node: string): number | null {
    return this.nodes.get(node)?.pid ?? null;
  }

  life(node: string): NodeLife {
    return this.nodes.get(node)?.life ?? 'absent';
  }

  detail(node: string): string | null {
    return this.nodes.get(node)?.detail ?? null;
  }

  /** Called whenever a node's life changed. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setLife(node: string, life: NodeLife, detail: string | null = null): void {
    const entry = this.nodes.get(node) ?? { life, pid: null, detail };
    entry.life = life;
    entry.detail = detail;
    if (life === 'halted' || life === 'absent' || life === 'died') entry.pid = null;
    this.nodes.set(node, entry);
    this.changed();
  }

  /**
   * Starts nodes together and waits until each is configured. `before` is bash run when their namespaces
   * exist and before they configure themselves: what plugs them in. Rejects with `command-failed`.
   */
  async startNodes(
    ids: string[],
    options: {
      before?: string;
      /** Done when the nodes are configured, before anybody hears that they run. */
      after?: () => Promise<void>;
      hostNames?: Record<string, string>;
    } = {},
  ): Promise<void> {
    const boots = ids.map((id) => bootOf(this.lab, id, this.around, options.hostNames?.[id]));
    for (const id of ids) this.setLife(id, 'starting');
    await this.loader.prepare(boots);
    const lines = boots.map((boot) => `spawn ${boot.id} ${quote(this.loader.bootScript(boot))}`);
    const names = quote(` ${ids.join(' ')} `);
    const plugs = ids.flatMap((id) => interfacesOf(this.lab, id));
    const body = [
      this.prepared ? '' : prelude + this.loader.words,
      'bring_up() {',
      ...lines,
      `await made ${String(ids.length)} ${names} || return 1`,
      `for name in ${ids.join(' ')}; do while [[ -z \${PIDS[$name]:-} ]]; do await pid 1 ${names} || return 1; done; done`,
      options.before ?? '',
      this.plugScript(plugs),
      `for name in ${ids.join(' ')}; do go $name; done`,
      `await up ${String(ids.length)} ${names}`,
      '}',
      'bring_up',
    ].join('\n');
    this.prepared = true;
    const result = await this.loader.run(body);
    const failed = result.lines.find(
      (line) => line.startsWith('fail ') || line.startsWith('slow '),
    );
    if (failed || result.status !== 0) {
      for (const id of ids) this.setLife(id, 'died', failed ?? null);
      throw new LabFailure(
        'command-failed',
        `The lab could not be built: ${failed ?? `status ${String(result.status)}`}`,
        failed?.includes('/dev/net/tun')
          ? 'Health names the line that lets you use /dev/net/tun.'
          : undefined,
        this.loader.complaints,
      );
    }
    await this.learnPids(ids, result.lines);
    await options.after?.();
    for (const id of ids) this.setLife(id, 'running');
  }

  /** Stops a node at once; its files stay, unless nobody wants them. */
  async stopNode(id: string, { keep = true } = {}): Promise<void> {
    if (this.pidOf(id) === null) return;
    this.setLife(id, 'stopping');
    // The far ends go first: the kernel would take its time over it.
    const cards = interfacesOf(this.lab, id);
    const ports = cards.flatMap((item) => (item.port ? [`link del ${item.port}`] : []));
    const veths = cards.flatMap((item) => (item.port ? [] : [`link del ${vethName(item)}`]));
    await this.loader.run(
      [
        ...(keep ? [`keep ${id}`] : []),
        ...batch('ip -force', ports),
        ...batch(`nsenter --net=/proc/\${PIDS[${this.host}]}/ns/net ip -force`, veths),
        `p=\${PIDS[${id}]:-}; [[ $p ]] && { kill -9 $p; unset 'PIDS[${id}]'; wait "\${WATCH[${id}]}"; }; :`,
      ].join('\n'),
    );
    this.setLife(id, 'halted');
  }

  /** Forgets a stopped node and its files. */
  async removeNode(id: string): Promise<void> {
    await this.stopNode(id, { keep: false });
    await this.loader.run(`forget ${id}`);
    this.setLife(id, 'absent');
  }

  /** Pulls or plugs an interface's cable, in the fabric. */
  async setCable(item: PlannedInterface, connected: boolean): Promise<void> {
    if (!item.port) throw new LabFailure('bad-request', `${item.name} has no cable of its own`);
    await this.loader.run(`ip link set ${item.port} ${connected ? 'up' : 'down'}`);
  }

  /** Whether an interface's cable is in, read from the fabric's kernel state. */
  async cable(item: PlannedInterface): Promise<boolean> {
    const { lines } = await this.loader.run(
      `[[ $(<"/sys/class/net/${item.port ?? '-'}/flags") ]] && echo $(( $(<"/sys/class/net/${item.port ?? '-'}/flags") & 1 ))`,
    );
    return lines.at(-1) === '1';
  }

  /** Bash that makes the far ends of interfaces and plugs them into their bridges. */
  private plugScript(plugs: PlannedInterface[]): string {
    const batch: string[] = [];
    const hostBatch: string[] = [];
    for (const item of plugs) {
      if (item.port) {
        batch.push(
          ...this.bridgeLines(item.network),
          ...vethLines(item, this.bridgeName(item.network)),
        );
        continue;
      }
      const device = hostDeviceOf(this.lab, item.network);
      const outer = vethName(item);
      batch.push(
        `link add ${outer} netns \${PIDS[${this.host}]} type veth peer name ${item.name} address ${item.mac} netns \${PIDS[${item.node}]}`,
      );
      hostBatch.push(`link set ${outer} master ${device?.name ?? ''}`, `link set ${outer} up`);
    }
    for (const network of new Set(plugs.map((item) => item.network))) {
      const device = hostDeviceOf(this.lab, network);
      if (!device?.onDemand || this.devices.has(device.name)) continue;
      this.devices.add(device.name);
      batch.push(...this.bridgeLines(network), ...vethLines(device, this.bridgeName(network)));
      hostBatch.push(
        `link set ${device.name} up`,
        `addr add ${device.cidr ?? ''} brd + dev ${device.name}`,
      );
    }
    const lines: string[] = [];
    if (batch.length > 0) lines.push(`ip -batch - <<IP\n${batch.join('\n')}\nIP`);
    if (hostBatch.length > 0)
      lines.push(
        `nsenter --net=/proc/\${PIDS[${this.host}]}/ns/net ip -batch - <<IP\n${hostBatch.join('\n')}\nIP`,
      );
    return lines.join('\n');
  }

  /** Takes the host's on-demand interfaces away, except those on networks in use. */
  async removeDevices(inUse: string[]): Promise<void> {
    for (const network of Object.keys(this.lab.networks)) {
      const device = hostDeviceOf(this.lab, network);
      if (!device?.onDemand || !this.devices.has(device.name) || inUse.includes(network)) continue;
      this.devices.delete(device.name);
      await this.loader.run(`ip link del ${device.port ?? ''}`);
    }
  }

  bridgeName(network: string): string {
    return bridgesOf(this.lab).find((bridge) => bridge.network === network)?.name ?? 'n0';
  }

  /** Lines that make a network's bridge, the first time it is needed. */
  bridgeLines(network: string): string[] {
    const name = this.bridgeName(network);
    if (this.bridges.has(name)) return [];
    this.bridges.add(name);
    return [`link add ${name} type bridge mcast_snooping 0`, `link set ${name} up`];
  }

  private async learnPids(ids: string[], lines: string[]): Promise<void> {
    const found = await this.loader.firstPids(lines);
    for (const id of ids) {
      const pid = found.get(id);
      if (pid === undefined) throw new LabFailure('internal', `${id} started and cannot be found`);
      this.nodes.set(id, { life: 'starting', pid, detail: null });
    }
  }

  private onGone(id: string, status: string): void {
    const node = this.nodes.get(id);
    if (!node || node.life === 'stopping' || node.life === 'halted' || node.life === 'absent')
      return;
    this.setLife(id, 'died', `its first process ended${status ? ` (status ${status})` : ''}`);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function vethLines(item: PlannedInterface, bridge: string): string[] {
  return [
    `link add ${item.port ?? ''} type veth peer name ${item.name} address ${item.mac} netns \${PIDS[${item.node}]}`,
    `link set ${item.port ?? ''} master ${bridge}`,
    `link set ${item.port ?? ''} up`,
  ];
}

/** The container's end in the host, named as Docker names it: veth and seven hexadecimal digits. */
function vethName(item: PlannedInterface): string {
  return `veth${item.mac.replaceAll(':', '').slice(-7)}`;
}

function batch(program: string, lines: string[]): string[] {
  return lines.length > 0 ? [`${program} -batch - <<'IP'\n${lines.join('\n')}\nIP`] : [];
}
