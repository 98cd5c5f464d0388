/** What of the computer itself VirtualBox depends on: its system, its processor, its firmware. Pure. */
import type { HealthItem } from '../../contract/health.ts';
import type { MachineFacts } from './machine-facts.ts';
import type { VboxVersion } from './vbox-output.ts';

type Item = Omit<HealthItem, 'backend'>;

/** Only what matters on this one. */
export const computerItems = (vbox: VboxVersion | null, machine: MachineFacts): Item[] => [
  ...untested(machine),
  ...processor(vbox, machine),
  ...secureBoot(vbox, machine),
  ...hyperV(machine),
];

function processor(vbox: VboxVersion | null, machine: MachineFacts): Item[] {
  const items: Item[] = [];
  if (machine.appleSilicon)
    items.push({
      id: 'architecture',
      title: 'Boxes for Apple silicon',
      status: vbox && (vbox.major > 7 || vbox.minor >= 1) ? 'warning' : 'missing',
      wanted: 'VirtualBox 7.1 or later and a box for arm64',
      found: 'this Mac has an ARM processor, and machines for x86 do not run on it',
      why: 'A virtual machine has the processor of its host.',
      fix: 'Open the labs in Docker, or use a bento box for arm64.',
      command: null,
    });
  if (machine.virtualisation === 'none')
    items.push({
      id: 'virtualisation',
      title: 'Virtualisation in the processor',
      status: 'missing',
      wanted: 'VT-x or AMD-V',
      found:
        'the processor does not offer it: it is switched off in the firmware, or this is a virtual machine',
      why: 'VirtualBox runs machines with the processor’s help.',
      fix: 'Switch on VT-x or AMD-V (SVM) in the BIOS or UEFI. In the sandbox and in Docker the labs need none.',
      command: null,
    });
  if (machine.kvm) {
    const shares =
      vbox !== null && (vbox.major > 7 || vbox.minor > 2 || (vbox.minor === 2 && vbox.patch >= 10));
    items.push({
      id: 'kvm',
      title: 'KVM beside VirtualBox',
      status: shares ? 'ok' : 'warning',
      wanted: shares
        ? 'KVM loaded: since 7.2.10 VirtualBox wants it so'
        : 'no machine of KVM running',
      found:
        machine.kvmMachines > 0
          ? `${String(machine.kvmMachines)} machines of KVM run`
          : 'the module is loaded, no machine runs',
      why: 'Only one of them can hold the processor’s virtualisation, before VirtualBox 7.2.10.',
      fix: shares
        ? null
        : 'When a machine does not start: end those of KVM and unload it. It is back after the next start of the computer.',
      command: shares ? null : 'sudo modprobe -r kvm_intel kvm_amd',
    });
  }
  return items;
}

/** Where what is written here comes from documents and sources, and not from a computer that was tried. */
function untested({ platform }: MachineFacts): Item[] {
  if (platform !== 'darwin' && platform !== 'win32') return [];
  const mac = platform === 'darwin';
  return [
    {
      id: 'untested',
      title: mac ? 'macOS is untested' : 'Windows is untested',
      status: 'warning',
      wanted: 'Linux, on which Hoplab is tested',
      found: mac
        ? 'macOS: since VirtualBox 7 a host-only network is no interface of the computer there (hostonlynet)'
        : 'Windows',
      why: mac
        ? 'Hoplab follows what VirtualBox and Vagrant document for macOS; nobody has tried it. It is untested, and steps that look at the host use commands of Linux.'
        : 'Hoplab follows what VirtualBox and Vagrant document for Windows; nobody has tried it. It is untested, and steps that look at the host use commands of Linux.',
      fix: 'Open the labs in Docker: there every machine, the host too, is a Linux.',
      command: null,
    },
  ];
}

function secureBoot(vbox: VboxVersion | null, machine: MachineFacts): Item[] {
  if (machine.secureBoot !== 'on') return [];
  const refused = Boolean(vbox?.warning);
  return [
    {
      id: 'secure-boot',
      title: 'Secure Boot',
      status: refused ? 'warning' : 'ok',
      wanted: 'VirtualBox’s kernel modules signed with a key that this computer trusts',
      found: refused ? 'on, and the modules are not loaded' : 'on, and the modules are loaded',
      why: 'With Secure Boot the kernel takes signed modules only. VirtualBox builds its own here, so they need a key of your own.',
      fix: refused
        ? 'Build them anew: the tool makes a key and asks for a password. At the next start of the computer choose “Enroll MOK” and enter it once more.'
        : null,
      command: null,
    },
  ];
}

function hyperV({ hypervisor }: MachineFacts): Item[] {
  if (hypervisor !== true) return [];
  return [
    {
      id: 'hyper-v',
      title: 'Hyper-V beside VirtualBox',
      status: 'warning',
      wanted: 'no other hypervisor below Windows, or patience',
      found: 'a hypervisor is present: Hyper-V, WSL 2 or Core isolation started it',
      why: 'VirtualBox then runs on top of it: slowly, or a machine does not start (VERR_NEM_VM_CREATE_FAILED).',
      fix: 'Try it; when a machine does not start, open the labs in Docker. Hoplab switches no features of Windows off: Docker Desktop and WSL 2 need them.',
      command: null,
    },
  ];
}
