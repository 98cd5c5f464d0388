/**
 * What is to go wrong: one word a line in the file `faults`, read at each call, so that a test can switch them while a
 * program runs. `hang:startvm` hangs only there; `locked:3` answers three times that the machine is locked.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './state.ts';

const file = join(folder, 'faults');

export interface Faults {
  has(word: string): boolean;
  /** Whether this call is one of those that find the machine locked. Counts down. */
  findsLocked(): boolean;
  /** Whether the fault is meant for this command: without one, for all. */
  hits(word: string, verb: string): boolean;
}

export function readFaults(): Faults {
  const words = existsSync(file) ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean) : [];
  return {
    has: (word) => words.includes(word),
    hits: (word, verb) => words.includes(word) || words.includes(`${word}:${verb}`),
    findsLocked: () => {
      const index = words.findIndex((word) => /^locked:\d+$/.test(word));
      const left = Number(words[index]?.slice('locked:'.length) ?? 0);
      if (left === 0) return false;
      words[index] = `locked:${String(left - 1)}`;
      writeFileSync(file, `${words.join('\n')}\n`);
      return true;
    },
  };
}

/** Why a processor does not let VirtualBox in: the first line; the symbol is what programs go by. */
export const processorFaults: Readonly<Record<string, string>> = {
  kvm: "VirtualBox can't operate in VMX root mode. Please disable the KVM kernel extension, recompile your kernel and reboot (VERR_VMX_IN_VMX_ROOT_MODE).",
  'kvm-amd':
    "VirtualBox can't enable the AMD-V extension. Please disable the KVM kernel extension, recompile your kernel and reboot (VERR_SVM_IN_USE).",
  'svm-not-enabled':
    'Host API has not enabled SVME bit in EFER MSR. (VERR_SVM_HOST_SVME_NOT_ENABLED)',
  'vt-x-off': 'VT-x is disabled in the BIOS for all CPU modes (VERR_VMX_MSR_ALL_VMX_DISABLED)',
  'no-vt-x': 'VT-x is not available (VERR_VMX_NO_VMX)',
};

export const moduleWarning = `WARNING: The vboxdrv kernel module is not loaded. Either there is no module
         available for the current kernel (6.8.0-1-generic) or it failed to
         load. Please recompile the kernel module and install it by

           sudo /sbin/vboxconfig

         You will not be able to start VMs until this problem is fixed.`;
