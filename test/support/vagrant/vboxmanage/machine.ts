/** Power: a machine is a set of namespaces below a process named VBoxHeadless; its NAT card is slirp4netns under the same name. */
import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  read,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { PortRule } from '../../../../main/world/hypervisor.ts';
import { request } from '../../../../main/world/slirp-api.ts';
import type { Faults } from './faults.ts';
import { bootScript, cardName } from './guest.ts';
import {
  beganAt,
  isAlive,
  machineFolder,
  programs,
  settings,
  started,
  type State,
  type Vm,
} from './state.ts';
import { far, plug, servicePid, tidy, unplug, until, wire } from './wires.ts';

/** What has ended by itself since the last call. */
export function reconcile(state: State): void {
  for (const vm of state.vms) {
    if (!vm.running || isAlive(vm.running.hypervisor)) continue;
    const { shell } = vm.running;
    until('the exit status of the machine', () => beganAt(shell) === null);
    const file = `${machineFolder(vm.uuid)}/exit`;
    const clean = existsSync(file) && readFileSync(file, 'utf8').trim() === '0';
    ended(state, vm, clean ? 'poweroff' : 'aborted');
  }
  tidy(state);
}

function ended(state: State, vm: Vm, how: 'poweroff' | 'aborted'): void {
  vm.running = null;
  vm.state = how;
  vm.since = new Date().toISOString();
  unplug(state, vm);
}

/** Resolves when it is powered on; it boots by itself. */
export async function powerOn(state: State, vm: Vm, faults: Faults): Promise<void> {
  const folder = machineFolder(vm.uuid);
  const known = settings();
  mkdirSync(folder, { recursive: true });
  for (const name of ['go', 'report', 'life', 'exit', 'ready'])
    rmSync(`${folder}/${name}`, { force: true });
  execFileSync(
    'mkfifo',
    ['go', 'report', 'life'].map((name) => `${folder}/${name}`),
  );
  writeFileSync(`${folder}/init`, bootScript(vm, known, { sshd: !faults.has('boot-timeout') }));
  // Both ends open, so that nobody waits for the other.
  const report = openSync(`${folder}/report`, 'r+');
  const life = openSync(`${folder}/life`, 'r+');
  const lifeEnd = openSync(`${folder}/life`, 'r');
  const log = openSync(`${folder}/log`, 'a');
  const shell = spawn(
    `${programs}/shell/VBoxHeadless`,
    [
      ...['--norc', '--noprofile', '-c'],
      '"$0" --net --mount --uts --ipc --pid --fork --kill-child "${@:2}" 7<>"$1/report"; echo $? >"$1/exit"',
      `${programs}/VBoxHeadless`,
      folder,
      ...[`${programs}/systemd`, '--norc', '--noprofile', `${folder}/init`],
    ],
    // The machine holds the writing end of its life: when it goes, slirp4netns reads its end and goes too.
    { detached: true, stdio: ['ignore', log, log, life], cwd: folder },
  );
  shell.unref();
  const { pid = 0 } = shell;
  // The node's first word: it has its root.
  const word = await readWord(report, 20_000);
  if (!word.startsWith('made')) throw new Error(`the machine does not boot: ${word}`);
  const [hypervisor = 0] = children(pid);
  const [init = 0] = children(hypervisor);
  vm.running = { hypervisor: started(hypervisor), shell: pid, init, nat: {} };
  vm.state = 'running';
  vm.since = new Date().toISOString();
  closeSync(life);
  for (const [index, nic] of vm.nics.entries()) {
    if (nic.mode === 'none') continue;
    plug(state, vm, index, cardName(known, index), init);
    if (nic.mode === 'nat') startNat(state, vm, index, lifeEnd);
  }
  const go = openSync(`${folder}/go`, 'r+');
  writeSync(go, 'go\n');
  closeSync(go);
  // Its second: it is up. Ports are opened then, so that who knocks earlier is refused at once instead of waiting for an answer.
  await readWord(report, 3000);
  for (const [index, nic] of vm.nics.entries())
    // A port somebody else has is logged by VirtualBox, and the machine starts all the same.
    if (nic.mode === 'nat') for (const rule of nic.forwards) await openPort(vm, index, rule);
  closeSync(report);
  closeSync(lifeEnd);
  closeSync(log);
}

/** What the node reports next; empty when it says nothing for so long. */
function readWord(descriptor: number, limitMs: number): Promise<string> {
  const buffer = Buffer.alloc(500);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(''), limitMs);
    read(descriptor, buffer, 0, buffer.length, null, (error, length) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(buffer.toString('utf8', 0, length));
    });
  });
}

const children = (pid: number): number[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);

/** The VirtualBox process that owns the machine's connections on the host. */
function startNat(state: State, vm: Vm, index: number, lifeEnd: number): void {
  const folder = machineFolder(vm.uuid);
  const socket = `${folder}/nat${String(index + 1)}.sock`;
  const ready = `${folder}/ready`;
  rmSync(socket, { force: true });
  const [log, readyFile] = [openSync(`${folder}/log`, 'a'), openSync(ready, 'w')];
  const child = spawn(
    `${programs}/nat/VBoxHeadless`,
    [
      ...['--mtu=1500', `--cidr=10.0.${String(index + 2)}.0/24`, '--netns-type=path'],
      ...[`--api-socket=${socket}`, '--exit-fd=3', '--ready-fd=4'],
      `/proc/${String(servicePid(state))}/ns/net`,
      wire('t', vm, index),
    ],
    { detached: true, stdio: ['ignore', log, log, lifeEnd, readyFile] },
  );
  child.unref();
  const { pid = 0 } = child;
  until('the NAT card', () => {
    if (beganAt(pid) === null) throw new Error('slirp4netns has ended');
    return readFileSync(ready, 'utf8') === '1';
  });
  closeSync(log);
  closeSync(readyFile);
  rmSync(ready);
  far(state, [
    `link set ${wire('t', vm, index)} master ${wire('b', vm, index)}`,
    `link set ${wire('t', vm, index)} up`,
  ]);
  if (vm.running) vm.running.nat[String(index)] = pid;
}

/** Whether it is open now. */
export async function openPort(vm: Vm, index: number, rule: PortRule): Promise<boolean> {
  const answer = await ask(vm, index, 'add_hostfwd', {
    proto: rule.protocol,
    host_addr: rule.hostAddress || '0.0.0.0',
    host_port: rule.hostPort,
    guest_addr: rule.guestAddress || `10.0.${String(index + 2)}.15`,
    guest_port: rule.guestPort,
  });
  return answer.error === undefined;
}

export async function closePort(vm: Vm, index: number, rule: PortRule): Promise<void> {
  const answer = await ask(vm, index, 'list_hostfwd');
  // 1.2.1 answers {"entries": …}, its manual says {"return": {"entries": …}}.
  const { entries = [] } = (answer.return ?? answer) as {
    entries?: { id: number; host_port: number }[];
  };
  for (const entry of entries.filter((item) => item.host_port === rule.hostPort))
    await ask(vm, index, 'remove_hostfwd', { id: entry.id });
}

const ask = (vm: Vm, index: number, execute: string, words: object = {}) =>
  request(`${machineFolder(vm.uuid)}/nat${String(index + 1)}.sock`, { execute, arguments: words });

/** Pulls the plug. All its processes are gone when this returns. */
export function powerOff(state: State, vm: Vm): void {
  if (!vm.running) return;
  const { hypervisor, shell, init, nat } = vm.running;
  if (vm.state === 'paused') signalAll(init, 'SIGCONT');
  process.kill(hypervisor.pid, 'SIGKILL');
  const all = [hypervisor.pid, shell, init, ...Object.values(nat)];
  until('the end of the machine', () => all.every((pid) => beganAt(pid) === null));
  ended(state, vm, 'poweroff');
}

/** The button: the machine's first process decides what to do. */
export const pressButton = (vm: Vm): void => {
  if (vm.running) process.kill(vm.running.init, 'SIGTERM');
};

/** Its clock stands still. */
export function pause(vm: Vm, paused: boolean): void {
  if (!vm.running) return;
  signalAll(vm.running.init, paused ? 'SIGSTOP' : 'SIGCONT');
  vm.state = paused ? 'paused' : 'running';
  vm.since = new Date().toISOString();
}

function signalAll(init: number, signal: NodeJS.Signals): void {
  const space = readlinkSync(`/proc/${String(init)}/ns/pid`);
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (readlinkSync(`/proc/${name}/ns/pid`) === space) process.kill(Number(name), signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
