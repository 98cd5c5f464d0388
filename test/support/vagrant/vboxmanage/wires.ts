/**
 * Cables: a namespace of the stand-in's own holds a bridge for every network, and the far end of every card. Pulling a
 * cable takes the far end down, so that the card has no carrier. A process named VBoxSVC keeps it, as long as it is needed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { beganAt, isAlive, programs, started, type Nic, type State, type Vm } from './state.ts';

const sleep = new Int32Array(new SharedArrayBuffer(4));

/** Asks until it is so. Throws when it takes too long. */
export function until(what: string, test: () => boolean, limitMs = 5000): void {
  const end = Date.now() + limitMs;
  while (!test()) {
    if (Date.now() > end) throw new Error(`${what}: not within ${String(limitMs)} ms`);
    Atomics.wait(sleep, 0, 0, 3);
  }
}

function service(state: State): number {
  if (isAlive(state.service)) return state.service.pid;
  const child = spawn('unshare', ['--net', `${programs}/VBoxSVC`, 'infinity'], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  const { pid = 0 } = child;
  const ours = readlinkSync('/proc/self/ns/net');
  const file = (name: string): string => readlinkSync(`/proc/${String(pid)}/${name}`);
  until('VBoxSVC', () => file('ns/net') !== ours && file('exe').endsWith('VBoxSVC'));
  state.service = started(pid);
  return pid;
}

/** The far side. */
export function far(state: State, lines: readonly string[]): void {
  batch(['nsenter', `--net=/proc/${String(service(state))}/ns/net`], lines);
}

function batch(prefix: readonly string[], lines: readonly string[]): void {
  const [program, ...args] = [...prefix, 'ip', '-batch', '-'];
  execFileSync(program, args, {
    input: `${lines.join('\n')}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** The computer's own side. */
export const near = (lines: readonly string[]): void => batch([], lines);

export const servicePid = (state: State): number => service(state);

/** Names in the far namespace have room for fifteen characters. */
export const wire = (kind: 'b' | 'p' | 't', vm: Vm, index: number): string =>
  `${kind}-${vm.uuid.slice(0, 8)}-${String(index + 1)}`;

/** `080027AABBCC` → `08:00:27:aa:bb:cc`. */
export const colons = (mac: string): string => mac.toLowerCase().replace(/(..)(?=.)/g, '$1:');

export function addHostOnly(state: State, name: string, mac: string): void {
  const pid = service(state);
  near([
    `link add ${name} address ${colons(mac)} type veth peer name h-${name} netns ${String(pid)}`,
  ]);
  far(state, [
    `link add ${name} type bridge`,
    `link set h-${name} master ${name}`,
    `link set ${name} up`,
    `link set h-${name} up`,
  ]);
}

export function removeHostOnly(state: State, name: string): void {
  near([`link del ${name}`]);
  far(state, [`link del ${name}`]);
}

/** Plugs a card into a machine that has just been made. Answers the network's bridge. */
export function plug(state: State, vm: Vm, index: number, guestName: string, init: number): void {
  const nic = vm.nics[index];
  if (!nic) return;
  const port = wire('p', vm, index);
  const bridge = bridgeOf(vm, nic, index);
  const pid = service(state);
  const exists = hasFar(pid, bridge);
  far(state, [
    ...(exists ? [] : [`link add ${bridge} type bridge`, `link set ${bridge} up`]),
    `link add ${port} type veth peer name ${guestName} address ${colons(nic.mac)} netns ${String(init)}`,
    `link set ${port} master ${bridge}`,
    `link set ${port} ${nic.connected ? 'up' : 'down'}`,
  ]);
}

/** A NAT card has a network of its own; internal networks and host-only ones are shared. */
export function bridgeOf(vm: Vm, nic: Nic, index: number): string {
  if (nic.mode === 'hostonly') return nic.adapter;
  if (nic.mode === 'intnet') return `i-${nic.adapter}`.slice(0, 15);
  return wire('b', vm, index);
}

function hasFar(pid: number, name: string): boolean {
  const text = execFileSync('nsenter', [
    `--net=/proc/${String(pid)}/ns/net`,
    ...['ip', '-j', 'link', 'show'],
  ]).toString();
  return (JSON.parse(text) as { ifname: string }[]).some((link) => link.ifname === name);
}

export function setCable(state: State, vm: Vm, index: number, connected: boolean): void {
  far(state, [`link set ${wire('p', vm, index)} ${connected ? 'up' : 'down'}`]);
}

/** What a machine leaves behind when it has ended: its ends went with its namespace, its bridges did not. */
export function unplug(state: State, vm: Vm): void {
  if (!isAlive(state.service)) return;
  const { pid } = state.service;
  const bridges = vm.nics.flatMap((nic, index) => {
    const name = bridgeOf(vm, nic, index);
    return nic.mode === 'nat' && hasFar(pid, name) ? [`link del ${name}`] : [];
  });
  if (bridges.length > 0) far(state, bridges);
}

/** VBoxSVC goes with the last one who needs it. */
export function tidy(state: State): void {
  if (!state.service) return;
  if (state.hostOnly.length > 0 || state.vms.some((vm) => vm.running)) return;
  if (isAlive(state.service)) {
    const { pid } = state.service;
    process.kill(pid, 'SIGKILL');
    until('the end of VBoxSVC', () => beganAt(pid) === null);
  }
  state.service = null;
}
