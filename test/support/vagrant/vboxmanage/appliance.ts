/** Machines come by `import` and go by `unregistervm`; snapshots are copies of their disks. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { newNic, writeVmFile } from './change.ts';
import { Problem, problems, type Reply } from './reply.ts';
import { snapshotKeys } from './show.ts';
import { home, machineFolder, vmFolder, type State, type Vm } from './state.ts';

const option = (words: readonly string[], name: string): string | undefined => {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
};

export function importBox(state: State, words: readonly string[], reply: Reply): number {
  const dry = words.some((word) => word === '-n' || word === '--dry-run');
  const ovf = words.find((word) => word.endsWith('.ovf')) ?? '';
  if (!existsSync(ovf))
    throw new Problem(`Appliance read failed`, 'Die Appliance konnte nicht gelesen werden', [
      `Could not read OVF file '${basename(ovf)}' (VERR_FILE_NOT_FOUND)`,
      'Details: code VBOX_E_FILE_ERROR (0x80bb0004), component ApplianceWrap, interface IAppliance',
    ]);
  const text = readFileSync(ovf, 'utf8');
  const suggested = /<VirtualSystem ovf:id="([^"]+)"/.exec(text)?.[1] ?? 'vm';
  const disk = /<File [^>]*ovf:href="([^"]+)"/.exec(text)?.[1] ?? 'box.vmdk';
  const name = option(words, '--vmname') ?? suggested;
  reply.progress();
  reply.lines([
    `Interpreting ${ovf}...`,
    'OK.',
    'Disks:',
    `  vmdisk1\t68719476736\t-1\thttp://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\t${disk}\t-1\t-1\t`,
    '',
    'Virtual system 0:',
    ' 0: Suggested OS type: "Ubuntu_64"',
    '    (change with "--vsys 0 --ostype <type>"; use "list ostypes" to list all possible values)',
    ...(name === suggested
      ? [` 1: Suggested VM name "${suggested}"`, '    (change with "--vsys 0 --vmname <name>")']
      : [` 1: VM name specified with --vmname: "${name}"`]),
    ' 2: Suggested VM group "/"',
    '    (change with "--vsys 0 --group <group>")',
    ` 3: Suggested VM settings file name "${vmFolder(name)}/${name}.vbox"`,
    '    (change with "--vsys 0 --settingsfile <filename>")',
    ` 4: Suggested VM base folder "${home}/VirtualBox VMs"`,
    '    (change with "--vsys 0 --basefolder <path>")',
    ' 5: Number of CPUs: 1',
    '    (change with "--vsys 0 --cpus <n>")',
    ' 6: Guest memory: 1024 MB',
    '    (change with "--vsys 0 --memory <MB>")',
    ' 7: SATA controller, type AHCI',
    '    (change with "--vsys 0 --unit 7 --controller <index>")',
    ` 8: Hard disk image: source image=${disk}, target path=${disk}, controller=7;port=0`,
    '    (change target path with "--vsys 0 --unit 8 --disk path";',
    '    disable with "--vsys 0 --unit 8 --ignore")',
  ]);
  if (dry) return 0;
  const file = option(words, '--disk') ?? disk;
  mkdirSync(vmFolder(name), { recursive: true });
  cpSync(join(dirname(ovf), disk), join(vmFolder(name), basename(file)));
  addVm(state, name, basename(file));
  reply.progress();
  reply.line('Successfully imported the appliance.');
  return 0;
}

function addVm(state: State, name: string, diskFile: string): Vm {
  const nics = Array.from({ length: 8 }, newNic);
  if (nics[0]) nics[0].mode = 'nat';
  const vm: Vm = {
    uuid: randomUUID(),
    name,
    ostype: 'Ubuntu_64',
    memory: 1024,
    cpus: 1,
    diskUuid: randomUUID(),
    diskFile,
    nics,
    running: null,
    state: 'poweroff',
    since: new Date().toISOString(),
    snapshots: [],
  };
  state.vms.push(vm);
  writeVmFile(vm);
  return vm;
}

export function createvm(state: State, words: readonly string[], reply: Reply): number {
  const vm = addVm(state, option(words, '--name') ?? 'vm', '');
  reply.lines([
    `Virtual machine '${vm.name}' is created and registered.`,
    `UUID: ${vm.uuid}`,
    `Settings file: '${vmFolder(vm.name)}/${vm.name}.vbox'`,
  ]);
  return 0;
}

export function unregistervm(state: State, vm: Vm, words: readonly string[], reply: Reply): number {
  if (vm.running) throw problems.locked(vm.name);
  state.vms = state.vms.filter((other) => other !== vm);
  rmSync(machineFolder(vm.uuid), { recursive: true, force: true });
  if (words.some((word) => word === '--delete' || word === '--delete-all'))
    rmSync(vmFolder(vm.name), { recursive: true, force: true });
  reply.progress();
  return 0;
}

const diskOf = (vm: Vm): string => join(machineFolder(vm.uuid), 'up');
const copyOf = (vm: Vm, uuid: string): string => join(machineFolder(vm.uuid), `snapshot-${uuid}`);

/** cp keeps owners and the marks of deleted files, which Node's own copy does not. */
function copyDisk(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { recursive: true, force: true });
  if (existsSync(from)) execFileSync('cp', ['-a', from, to]);
  else mkdirSync(to, { recursive: true });
}

export function snapshot(vm: Vm, words: readonly string[], reply: Reply): number {
  const [verb = '', name = ''] = words;
  switch (verb) {
    case 'list':
      if (vm.snapshots.length === 0) {
        reply.line('This machine does not have any snapshots');
        return 1;
      }
      reply.lines(snapshotKeys(vm));
      return 0;
    case 'take': {
      const uuid = randomUUID();
      copyDisk(diskOf(vm), copyOf(vm, uuid));
      vm.snapshots.push({ name, uuid });
      reply.progress();
      reply.line(`Snapshot taken. UUID: ${uuid}`);
      return 0;
    }
    case 'restore':
    case 'delete': {
      const found = vm.snapshots.find((item) => item.name === name || item.uuid === name);
      if (!found) throw problems.snapshotNotFound(name);
      if (verb === 'restore') {
        if (vm.running) throw problems.locked(vm.name);
        const fresh = `${diskOf(vm)}.new`;
        copyDisk(copyOf(vm, found.uuid), fresh);
        rmSync(diskOf(vm), { recursive: true, force: true });
        rmSync(join(machineFolder(vm.uuid), 'work'), { recursive: true, force: true });
        renameSync(fresh, diskOf(vm));
        reply.line(`Restoring snapshot '${found.name}' (${found.uuid})`);
      } else {
        rmSync(copyOf(vm, found.uuid), { recursive: true, force: true });
        vm.snapshots = vm.snapshots.filter((item) => item !== found);
      }
      reply.progress();
      return 0;
    }
    default:
      throw problems.argument(`Invalid parameter '${verb}'`);
  }
}
