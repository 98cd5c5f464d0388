/**
 * The virtual machines of an opened lab as VirtualBox has them now: asked again and again while the lab is open, never
 * remembered, so that one halted, paused, renamed or destroyed behind the app's back shows within seconds.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import type { NodeLife } from '../../contract/session.ts';
import type { SshRoad } from '../../transports/ssh.ts';
import { hangMs, type VboxCli } from './vbox-cli.ts';
import type { VmInfo } from './vbox-output.ts';

export interface MachineState {
  life: NodeLife;
  detail: string | null;
  info: VmInfo | null;
}

/** In steps of five seconds, so that not every look is news. Pure. */
export function silenceOf(silentMs: number): string | null {
  if (silentMs < hangMs) return null;
  return `VBoxManage has not answered for ${String(Math.floor(silentMs / 5_000) * 5)} s`;
}

export const absent: MachineState = { life: 'absent', detail: null, info: null };

/** VirtualBox's word → the app's, and what to say besides. */
const lives: Record<string, [NodeLife, string | null]> = {
  running: ['running', null],
  paused: ['halted', 'it is paused: VBoxManage controlvm resumes it'],
  saved: ['halted', 'it is saved: vagrant up wakes it'],
  saving: ['stopping', null],
  restoring: ['starting', null],
  starting: ['starting', null],
  stopping: ['stopping', null],
  poweroff: ['halted', null],
  aborted: ['died', 'VirtualBox says it ended without being switched off'],
  gurumeditation: ['died', 'VirtualBox says its processor stopped (guru meditation)'],
  inaccessible: ['died', 'VirtualBox cannot read its files'],
};

export function stateOf(info: VmInfo | null): MachineState {
  if (!info) return absent;
  const [life, detail] = lives[info.state] ?? ['halted', `VirtualBox says: ${info.state}`];
  return { life, detail, info };
}

/** A machine is asked about again and again: a question that is not answered soon makes room for the next one. */
const patienceMs = 10_000;

export class Machines {
  readonly #states = new Map<string, MachineState>();
  /** Machines Vagrant has made: of the others VirtualBox need not be asked. */
  readonly #asked = new Set<string>();

  constructor(
    private readonly vbox: VboxCli,
    /** Where the lab's Vagrantfile lies. */
    private readonly folder: string,
  ) {}

  /** As VirtualBox last said; when it says nothing any more, `detail` tells for how long. */
  state(node: string): MachineState {
    const state = this.#states.get(node) ?? absent;
    const silent = silenceOf(this.vbox.silentMs);
    return silent === null || !this.#asked.has(node) ? state : { ...state, detail: silent };
  }

  /** Where Vagrant keeps what it knows of a machine. */
  dataOf(node: string): string {
    return join(this.folder, '.vagrant/machines', node, 'virtualbox');
  }

  /** Asks about every machine of the lab. Never rejects: what cannot be asked is said in `detail`. */
  async look(lab: Lab, signal?: AbortSignal): Promise<void> {
    const ids = Object.entries(lab.nodes).flatMap(([id, { kind }]) =>
      kind === 'machine' ? [id] : [],
    );
    await Promise.all(ids.map(async (id) => this.#states.set(id, await this.#ask(id, signal))));
  }

  async #ask(node: string, signal: AbortSignal | undefined): Promise<MachineState> {
    const uuid = await this.uuidOf(node);
    if (uuid === null) {
      this.#asked.delete(node);
      return absent;
    }
    this.#asked.add(node);
    try {
      return stateOf(
        await this.vbox.info(uuid, { timeoutMs: patienceMs, ...(signal && { signal }) }),
      );
    } catch (error) {
      const before = this.#states.get(node) ?? absent;
      const { code, message } = toFailure(error);
      return code === 'busy' || code === 'cancelled' ? before : { ...before, detail: message };
    }
  }

  async uuidOf(node: string): Promise<string | null> {
    const text = await readFile(join(this.dataOf(node), 'id'), 'utf8').catch(() => '');
    const uuid = text.trim();
    return /^[0-9a-f-]{36}$/.test(uuid) ? uuid : null;
  }

  /** By the port forward of the NAT card first, as `vagrant ssh` does; else by a host-only address. */
  roads(lab: Lab, node: string): SshRoad[] {
    const { info, life } = this.state(node);
    if (!info || (life !== 'running' && life !== 'starting')) return [];
    const roads: SshRoad[] = [];
    const cut = (card: number) =>
      `This terminal is an ssh session that runs through card ${String(card)} of ${node}, and that cable is out.`;
    const forward = info.forwards.find(({ guestPort }) => guestPort === 22);
    const nat = info.cards.find(({ mode }) => mode === 'nat');
    if (forward && nat) {
      const host = forward.hostAddress === '' ? '127.0.0.1' : forward.hostAddress;
      const path = `ssh ${host}:${String(forward.hostPort)}`;
      roads.push({
        path,
        host,
        port: forward.hostPort,
        works: nat.connected,
        why: nat.connected ? null : cut(nat.number),
      });
    }
    for (const { network, address } of lab.nodes[node]?.interfaces ?? []) {
      if (lab.networks[network]?.mode !== 'host-only' || !address) continue;
      const card = info.cards.find(({ mode }) => mode === 'hostonly' || mode === 'hostonlynetwork');
      const works = card?.connected ?? false;
      roads.push({
        path: `ssh ${address}`,
        host: address,
        port: 22,
        works,
        why: works || !card ? null : cut(card.number),
      });
    }
    return roads;
  }
}
