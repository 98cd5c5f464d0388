/** `showvminfo`, `guestproperty`: what there is to know of a machine. */
import { execFileSync } from 'node:child_process';
import type { NetworkMode } from '../../../../main/contract/topology.ts';
import {
  human,
  machineReadable,
  type VmInfo,
  type VmNic,
} from '../../../../main/world/commands/vminfo.ts';
import type { Reply } from './reply.ts';
import { settings, vmFolder, type Vm } from './state.ts';
import { colons } from './wires.ts';

const modes: Record<string, (typeof NetworkMode)['options'][number]> = {
  nat: 'nat',
  hostonly: 'host-only',
  intnet: 'internal',
  bridged: 'bridged',
};

function infoOf(vm: Vm): VmInfo {
  const nics = vm.nics.map((nic): VmNic | undefined => {
    const mode = modes[nic.mode];
    return mode && { mac: nic.mac, mode, device: nic.adapter, connected: nic.connected };
  });
  return {
    name: vm.name,
    uuid: vm.uuid,
    running: vm.state === 'running',
    since: new Date(vm.since),
    // Cards that are not there print `nicN="none"`.
    nics: nics as VmNic[],
    forwards: vm.nics.flatMap((nic) => nic.forwards),
  };
}

/** Keys that came with a later release than the one reported. */
const since: readonly [RegExp, number, number][] = [
  [/^(localhostReachable|forwardBroadcast|enableTFTP)=/, 7, 2],
  [/^(platformArchitecture|clipboard_file_transfers)=/, 7, 1],
  [/^Platform Architecture:/, 7, 1],
  [/^\tLocalhostReachable:/, 7, 2],
  [/^(encryption=|Encryption:|iommu=|IOMMU:|cpu-profile)/, 7, 0],
];

function forVersion(lines: string[]): string[] {
  const [major = 7, minor = 0] = settings().version.split('.').map(Number);
  return lines.filter(
    (line) =>
      !since.some(
        ([key, first, second]) =>
          key.test(line) && (major < first || (major === first && minor < second)),
      ),
  );
}

export function showvminfo(vm: Vm, words: readonly string[], reply: Reply): number {
  const info = infoOf(vm);
  const machine = words.includes('--machinereadable');
  const lines = machine ? machineReadable(info) : human(info);
  const home = '/home/learner/VirtualBox VMs/';
  const text = forVersion(lines).map((line) => line.replace(home, vmFolder('')));
  const promiscuous = (line: string): string => {
    const nic = vm.nics[Number(/^NIC (\d):/.exec(line)?.[1]) - 1];
    return nic ? line.replace('Promisc Policy: deny', `Promisc Policy: ${nic.promiscuous}`) : line;
  };
  reply.lines(machine ? adjusted(vm, text) : text.map(promiscuous));
  return 0;
}

/** What vminfo.ts leaves out, since the sandbox's machines have none of it. */
function adjusted(vm: Vm, lines: string[]): string[] {
  const storage = [
    'storagecontrollername0="SATA Controller"',
    'storagecontrollertype0="IntelAhci"',
    'storagecontrollerinstance0="0"',
    'storagecontrollermaxportcount0="30"',
    'storagecontrollerportcount0="1"',
    'storagecontrollerbootable0="on"',
    `"SATA Controller-0-0"="${vmFolder(vm.name)}/${vm.diskFile}"`,
    `"SATA Controller-ImageUUID-0-0"="${vm.diskUuid}"`,
  ];
  return lines.flatMap((line) => {
    if (line.startsWith('VMState=')) return [`VMState="${vm.state}"`];
    if (line.startsWith('memory=')) return [`memory=${String(vm.memory)}`];
    if (line.startsWith('cpus=')) return [`cpus=${String(vm.cpus)}`];
    if (line.startsWith('vmprocpriority=') && vm.diskFile) return [line, ...storage];
    if (line.startsWith('GuestMemoryBalloon='))
      return [...snapshotKeys(vm), line, ...(vm.running ? guestKeys() : [])];
    return [line];
  });
}

const guestKeys = (): string[] => {
  const [version = '', revision = ''] = settings().version.split('r');
  return [
    'GuestOSType="Linux26_64"',
    'GuestAdditionsRunLevel=2',
    `GuestAdditionsVersion="${version} r${revision}"`,
  ];
};

/** One below the other, the last one the current. */
export function snapshotKeys(vm: Vm): string[] {
  const suffix = (depth: number): string => '-1'.repeat(depth);
  const last = vm.snapshots.at(-1);
  if (!last) return [];
  return [
    ...vm.snapshots.flatMap(({ name, uuid }, depth) => [
      `SnapshotName${suffix(depth)}="${name}"`,
      `SnapshotUUID${suffix(depth)}="${uuid}"`,
    ]),
    `CurrentSnapshotName="${last.name}"`,
    `CurrentSnapshotUUID="${last.uuid}"`,
    `CurrentSnapshotNode="SnapshotName${suffix(vm.snapshots.length - 1)}"`,
  ];
}

/** What the Guest Additions in a running machine tell. */
function properties(vm: Vm): Map<string, string> {
  const known = new Map<string, string>();
  if (!vm.running) return known;
  known.set('/VirtualBox/GuestAdd/Version', settings().version.replace(/r.*/, ''));
  const links = JSON.parse(
    execFileSync('nsenter', [
      ...['--target', String(vm.running.init), '--net'],
      ...['ip', '-j', 'addr', 'show'],
    ]).toString(),
  ) as { address?: string; addr_info: { family: string; local: string }[] }[];
  for (const [index, nic] of vm.nics.entries()) {
    const link = links.find(({ address }) => address === colons(nic.mac));
    const address = link?.addr_info.find(({ family }) => family === 'inet')?.local;
    if (!address) continue;
    known.set(`/VirtualBox/GuestInfo/Net/${String(index)}/V4/IP`, address);
    known.set(`/VirtualBox/GuestInfo/Net/${String(index)}/MAC`, nic.mac);
  }
  return known;
}

export function guestproperty(vm: Vm, words: readonly string[], reply: Reply): number {
  const [verb = '', , key = ''] = words;
  const known = properties(vm);
  if (verb === 'get') {
    const value = known.get(key);
    reply.line(value === undefined ? 'No value set!' : `Value: ${value}`);
    return 0;
  }
  const stamp = new Date(vm.since).toISOString();
  for (const [name, value] of [...known].sort())
    reply.line(`${name.padEnd(47)} = '${value}'`.padEnd(78) + ` @ ${stamp} TRANSIENT, TRANSRESET`);
  if (known.size === 0) reply.line('No properties found.');
  return 0;
}
