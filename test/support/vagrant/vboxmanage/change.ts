/** `modifyvm`, `controlvm`, `startvm`: what changes a machine. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { parseRule } from '../../../../main/world/commands/vboxmanage.ts';
import { processorFaults, type Faults } from './faults.ts';
import { closePort, openPort, pause, powerOff, powerOn, pressButton } from './machine.ts';
import { problems, type Reply } from './reply.ts';
import { vmFolder, type Nic, type NicMode, type State, type Vm } from './state.ts';
import { setCable } from './wires.ts';

const modes: readonly NicMode[] = ['none', 'null', 'nat', 'hostonly', 'bridged', 'intnet'];

export const newMac = (): string =>
  `080027${randomInt(0x1000000).toString(16).padStart(6, '0').toUpperCase()}`;

export const newNic = (): Nic => ({
  mode: 'none',
  mac: newMac(),
  adapter: '',
  connected: true,
  promiscuous: 'deny',
  forwards: [],
});

/** The file beside a machine's disk: Vagrant looks whether it is there. */
export function writeVmFile(vm: Vm): void {
  mkdirSync(vmFolder(vm.name), { recursive: true });
  writeFileSync(
    `${vmFolder(vm.name)}/${vm.name}.vbox`,
    `<?xml version="1.0"?>\n<VirtualBox xmlns="http://www.virtualbox.org/" version="1.19-linux">\n  <Machine uuid="{${vm.uuid}}" name="${vm.name}" OSType="${vm.ostype}"/>\n</VirtualBox>\n`,
  );
}

export function modifyvm(state: State, vm: Vm, words: readonly string[], reply: Reply): number {
  if (vm.running) throw problems.locked(vm.name);
  for (let at = 0; at < words.length; at += 1) {
    const [, option = '', number] = /^--([a-z-]+?)(\d*)$/.exec(words[at] ?? '') ?? [];
    if (!option) throw problems.argument(`Invalid parameter '${words[at] ?? ''}'`);
    const value = words[(at += 1)] ?? '';
    const nic = number ? vm.nics[Number(number) - 1] : undefined;
    if (nic) {
      if (option === 'natpf' && value === 'delete') {
        removeRule(nic, words[(at += 1)] ?? '');
        continue;
      }
      changeNic(state, nic, option, value, reply);
    } else changeMachine(vm, option, value);
  }
  return 0;
}

function changeNic(state: State, nic: Nic, option: string, value: string, reply: Reply): void {
  switch (option) {
    case 'nic':
      if (!modes.includes(value as NicMode))
        throw problems.argument(`Invalid type '${value}' specfied for NIC`);
      nic.mode = value as NicMode;
      return;
    case 'hostonlyadapter':
    case 'host-only-adapter':
      if (!state.hostOnly.some(({ name }) => name === value))
        reply.warn(`Interface "${value}" doesn't seem to exist`);
      nic.adapter = value;
      return;
    case 'bridgeadapter':
    case 'intnet':
      nic.adapter = value;
      return;
    case 'macaddress':
      nic.mac = value === 'auto' ? newMac() : value.toUpperCase();
      return;
    case 'cableconnected':
      nic.connected = value === 'on';
      return;
    case 'nicpromisc':
      nic.promiscuous = value;
      return;
    case 'natpf':
      addRule(nic, value);
      return;
    default:
      // nictype, natdnsproxy, natdnshostresolver: taken, and not printed.
      return;
  }
}

function changeMachine(vm: Vm, option: string, value: string): void {
  if (option === 'memory') vm.memory = Number(value);
  if (option === 'cpus') vm.cpus = Number(value);
  if (option !== 'name') return;
  const [from, to] = [vmFolder(vm.name), vmFolder(value)];
  if (existsSync(from) && from !== to) {
    rmSync(`${from}/${vm.name}.vbox`, { force: true });
    renameSync(from, to);
  }
  vm.name = value;
  writeVmFile(vm);
}

function addRule(nic: Nic, text: string): Nic['forwards'][number] {
  const rule = parseRule(text);
  if (typeof rule === 'string') throw problems.argument(rule.replace('VBoxManage: error: ', ''));
  if (nic.forwards.some(({ name }) => name === rule.name)) throw problems.ruleExists();
  nic.forwards.push(rule);
  return rule;
}

function removeRule(nic: Nic, name: string): Nic['forwards'][number] {
  const rule = nic.forwards.find((item) => item.name === name);
  if (!rule) throw problems.noSuchRule();
  nic.forwards = nic.forwards.filter((item) => item !== rule);
  return rule;
}

export async function controlvm(
  state: State,
  vm: Vm,
  words: readonly string[],
  reply: Reply,
): Promise<number> {
  const [action = '', ...rest] = words;
  if (!vm.running) throw problems.notRunning(vm.name);
  const [, word, number] = /^(setlinkstate|natpf)(\d+)$/.exec(action) ?? [];
  const index = Number(number) - 1;
  const nic = vm.nics[index];
  if (word && nic) return await changeLive(state, vm, index, nic, word, rest);
  switch (action) {
    case 'poweroff':
      powerOff(state, vm);
      reply.progress();
      return 0;
    case 'acpipowerbutton':
      pressButton(vm);
      return 0;
    case 'pause':
    case 'resume':
      pause(vm, action === 'pause');
      return 0;
    default:
      throw problems.argument(`Invalid parameter '${action}'`);
  }
}

async function changeLive(
  state: State,
  vm: Vm,
  index: number,
  nic: Nic,
  word: string,
  [value = '', name = '']: readonly string[],
): Promise<number> {
  if (word === 'setlinkstate') {
    if (value !== 'on' && value !== 'off')
      throw problems.argument(`Invalid link state '${value}'.`);
    setCable(state, vm, index, value === 'on');
    nic.connected = value === 'on';
    return 0;
  }
  if (value === 'delete') await closePort(vm, index, removeRule(nic, name));
  else await openPort(vm, index, addRule(nic, value));
  return 0;
}

export async function startvm(
  state: State,
  vm: Vm,
  asked: string,
  faults: Faults,
  reply: Reply,
): Promise<number> {
  if (vm.running) throw problems.locked(vm.name);
  reply.line(
    reply.say(
      `Waiting for VM "${asked}" to power on...`,
      `Warte darauf, dass die VM "${asked}" eingeschaltet wird...`,
    ),
  );
  if (faults.has('modules-missing')) throw problems.diedAtStart(vm.name);
  for (const [word, sentence] of Object.entries(processorFaults))
    if (faults.has(word)) throw problems.cannotRun(sentence);
  const lost = vm.nics.find(
    (nic) =>
      nic.mode === 'bridged' ||
      (nic.mode === 'hostonly' && !state.hostOnly.some(({ name }) => name === nic.adapter)),
  );
  if (lost)
    throw problems.cannotRun(
      `Failed to open/create the internal network 'HostInterfaceNetworking-${lost.adapter}' (VERR_INTNET_FLT_IF_NOT_FOUND).`,
    );
  await powerOn(state, vm, faults);
  reply.line(
    reply.say(
      `VM "${asked}" has been successfully started.`,
      `Die VM "${asked}" wurde erfolgreich gestartet.`,
    ),
  );
  return 0;
}
