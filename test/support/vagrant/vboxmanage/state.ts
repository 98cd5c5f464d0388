/** What the stand-in's VirtualBox knows: machines, host-only interfaces, DHCP servers. On disk, one command at a time. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { PortRule } from '../../../../main/world/hypervisor.ts';
import type { Daemons } from '../../../../main/world/daemons.ts';

export type NicMode = 'none' | 'null' | 'nat' | 'hostonly' | 'bridged' | 'intnet';

export interface Nic {
  mode: NicMode;
  /** Twelve hexadecimal digits, upper case. */
  mac: string;
  /** The host's interface, or the internal network's name. */
  adapter: string;
  connected: boolean;
  /** Which frames not meant for it a card sees. */
  promiscuous: string;
  forwards: PortRule[];
}

/** A process, told from another with the same number by when it began. */
export interface Started {
  pid: number;
  began: string;
}

export interface Snapshot {
  name: string;
  uuid: string;
}

export interface Vm {
  uuid: string;
  name: string;
  ostype: string;
  memory: number;
  cpus: number;
  diskUuid: string;
  diskFile: string;
  nics: Nic[];
  /** The hypervisor's process, the machine's first process, and each NAT card's own. Null when it is off. */
  running: {
    hypervisor: Started;
    /** Waits for it, to note how it ended. */
    shell: number;
    init: number;
    nat: Record<string, number>;
  } | null;
  state: 'poweroff' | 'running' | 'paused' | 'aborted';
  since: string;
  snapshots: Snapshot[];
}

export interface HostOnly {
  name: string;
  mac: string;
  address: string;
  mask: string;
}

export interface Dhcp {
  network: string;
  ip: string;
  mask: string;
  lower: string;
  upper: string;
  enabled: boolean;
}

export interface State {
  vms: Vm[];
  hostOnly: HostOnly[];
  dhcp: Dhcp[];
  /** Keeps the namespace of the wires, as long as there are any. */
  service: Started | null;
}

/** Written by who made the computer. */
export interface Settings {
  version: string;
  /** How the machine's kernel names its cards: enp0s3, or eth0 as bento boxes do. */
  naming: 'enp0s' | 'eth';
  daemons: Daemons;
  /** Where the daemons' folder is on the computer. */
  daemonFolder: string | null;
  userKeys: string;
  hostKey: string;
}

export const folder = process.env['VBOX_STAND_IN'] ?? '/var/lib/vbox-stand-in';
/** A tmpfs of the computer's: the disks of machines lie here, as upper layers of an overlay. */
export const machineFolder = (uuid: string): string => `/var/lib/vbox-machines/${uuid}`;
export const programs = '/opt/vbox-stand-in';
export const home = process.env['HOME'] ?? '/root';
export const vmFolder = (name: string): string => `${home}/VirtualBox VMs/${name}`;

export const settings = (): Settings =>
  JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')) as Settings;

const stateFile = join(folder, 'state.json');

export function load(): State {
  if (!existsSync(stateFile)) return { vms: [], hostOnly: [], dhcp: [], service: null };
  return JSON.parse(readFileSync(stateFile, 'utf8')) as State;
}

/** The file is there only while it says something. */
export function save(state: State): void {
  if (state.vms.length + state.hostOnly.length + state.dhcp.length === 0 && !state.service) {
    rmSync(stateFile, { force: true });
    return;
  }
  writeFileSync(`${stateFile}.new`, JSON.stringify(state, null, 1));
  renameSync(`${stateFile}.new`, stateFile);
}

/** When a process began, or null when it is gone or a zombie. */
export function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export const started = (pid: number): Started => ({ pid, began: beganAt(pid) ?? '' });
export const isAlive = (process: Started | null): process is Started =>
  process !== null && beganAt(process.pid) === process.began;

const lockFile = join(folder, 'lock');
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Takes the lock; a holder that has died does not keep it. */
export function lock(): void {
  mkdirSync(folder, { recursive: true });
  for (;;) {
    try {
      const file = openSync(lockFile, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) rmSync(lockFile, { force: true });
    Atomics.wait(pause, 0, 0, 5);
  }
}

function isAbandoned(): boolean {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    // Empty: between its creation and its first write.
    if (pid === 0) return Date.now() - statSync(lockFile).mtimeMs > 2000;
    return beganAt(pid) === null;
  } catch {
    return false;
  }
}

export const unlock = (): void => rmSync(lockFile, { force: true });
