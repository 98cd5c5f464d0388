/** What a failing VBoxManage means, by its codes: the text is translated on many machines (errorprint.cpp). */
import { LabFailure } from '../../contract/failure.ts';
import type { VboxVersion } from './vbox-output.ts';

/** Another process holds the machine for a moment. Worth another try, and nothing else is. */
export function isLocked(stderr: string): boolean {
  return (
    /VBOX_E_INVALID_OBJECT_STATE|0x80bb0007/i.test(stderr) &&
    /already locked|lock request pending|while it is locked|locked or unlocked|\block/i.test(stderr)
  );
}

/** VirtualBox sometimes ends with 0 and has failed all the same: Vagrant looks for this too (driver/base.rb). */
export function hasFailed(code: number, stderr: string): boolean {
  return (
    code !== 0 ||
    /VBoxManage([.a-zA-Z]+?)?: error:/.test(stderr) ||
    /failed to open \/dev\/vboxnetctl/i.test(stderr)
  );
}

interface Known {
  pattern: RegExp;
  message: string;
  hint: string | ((version: VboxVersion | null) => string);
}

/** Since 7.2.10 VirtualBox wants what it refused before. */
const reversed = ({ major, minor, patch }: VboxVersion) =>
  major > 7 || (major === 7 && (minor > 2 || (minor === 2 && patch >= 10)));

const known: Known[] = [
  {
    pattern: /\/dev\/vboxnetctl|vboxnetctl/i,
    message: 'VirtualBox’s kernel modules are not loaded, so it cannot make a host-only interface.',
    hint: 'sudo /sbin/vboxconfig (or: sudo apt-get install virtualbox-dkms), then try again.',
  },
  {
    pattern: /VERR_VM_DRIVER_NOT_INSTALLED|vboxdrv|Error -1908/i,
    message: 'VirtualBox’s kernel modules are not loaded, so it cannot start a machine.',
    hint: 'sudo /sbin/vboxconfig (or: sudo apt-get install virtualbox-dkms), then try again.',
  },
  {
    pattern: /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE/,
    message: 'Another hypervisor (KVM) holds the processor’s virtualisation.',
    hint: (version) =>
      version && reversed(version)
        ? 'Update VirtualBox: since 7.2.10 it shares the processor with KVM.'
        : 'End the machines of KVM, then: sudo modprobe -r kvm_intel kvm_amd. They come back with the next start of the computer.',
  },
  {
    pattern: /VERR_SVM_HOST_SVME_NOT_ENABLED/,
    message:
      'The processor’s virtualisation is not switched on by the kernel, and this VirtualBox expects it to be.',
    hint: 'Start the computer with kvm.enable_virt_at_load=1, or load it now: sudo modprobe kvm_amd.',
  },
  {
    pattern: /VERR_VMX_MSR_ALL_VMX_DISABLED|VERR_SVM_DISABLED/,
    message: 'Virtualisation is switched off in the firmware.',
    hint: 'Switch on VT-x or AMD-V (SVM) in the BIOS or UEFI, or open the lab in the sandbox, which needs none.',
  },
  {
    pattern: /VERR_VMX_NO_VMX|VERR_SVM_NO_SVM/,
    message:
      'This processor offers no virtualisation here: often this is a virtual machine itself.',
    hint: 'Open the lab in the sandbox or in Docker, which need none.',
  },
  {
    pattern: /VERR_NEM_|WHvSetupPartition/,
    message:
      'Hyper-V holds the processor’s virtualisation, and VirtualBox cannot run on top of it here.',
    hint: 'Open the lab in Docker. Hoplab switches no features of Windows off: others need them.',
  },
  {
    pattern: /VERR_INTNET_FLT_IF_NOT_FOUND/,
    message: 'The host-only adapter is not bound to VirtualBox’s driver.',
    hint: 'In the adapter’s properties tick “VirtualBox NDIS6 Bridged Networking Driver”, or disable and enable the adapter.',
  },
  {
    pattern: /Host-only adapters are no longer supported/,
    message: 'On macOS VirtualBox 7 has no host-only adapters any more.',
    hint: 'Open the lab in Docker.',
  },
  {
    pattern: /E_ACCESSDENIED|0x80070005/,
    message: 'VirtualBox refuses that host-only address: it lies outside the ranges it allows.',
    hint: 'Allow the range in /etc/vbox/networks.conf, or let Hoplab move the lab to 192.168.56.0/24.',
  },
  {
    pattern: /VBOX_E_OBJECT_NOT_FOUND|0x80bb0001/i,
    message: 'VirtualBox does not know that machine (any more).',
    hint: 'vagrant up makes it anew.',
  },
];

/** A failed call, in words: what happened and the way out. The raw text is the detail. */
export function vboxFailure(
  argv: readonly string[],
  stderr: string,
  version: VboxVersion | null,
): LabFailure {
  const detail = `$ VBoxManage ${argv.join(' ')}\n${stderr}`;
  if (isLocked(stderr))
    return new LabFailure(
      'busy',
      'Another program is changing that virtual machine.',
      'Wait until it has finished, then try again.',
      detail,
    );
  const found = known.find(({ pattern }) => pattern.test(stderr));
  if (found) {
    const hint = typeof found.hint === 'string' ? found.hint : found.hint(version);
    return new LabFailure('command-failed', found.message, hint, detail);
  }
  return new LabFailure('command-failed', `VBoxManage ${argv[0] ?? ''} failed.`, undefined, detail);
}
