/** What this computer is, as far as virtual machines depend on it. Reads only; never rejects. */
import { access, readFile, readdir } from 'node:fs/promises';
import { run } from '../../platform/run.ts';

export interface MachineFacts {
  platform: NodeJS.Platform;
  appleSilicon: boolean;
  virtualisation: 'there' | 'none' | 'unknown';
  kvm: boolean;
  kvmMachines: number;
  /** The computer asks a resolver of its own at 127.0.0.53. */
  stubResolver: boolean;
  helper: boolean;
}

const installedHelper = '/usr/lib/hoplab/hoplab-helper';

export async function readMachine(env: NodeJS.ProcessEnv): Promise<MachineFacts> {
  const linux = process.platform === 'linux';
  const [cpu, modules, resolver, kvmMachines, helper] = await Promise.all([
    linux ? text('/proc/cpuinfo') : '',
    linux ? readdir('/sys/module').catch(() => []) : [],
    text('/etc/resolv.conf'),
    linux ? qemuCount() : 0,
    access(installedHelper).then(
      () => true,
      () => false,
    ),
  ]);
  return {
    platform: process.platform,
    appleSilicon: process.platform === 'darwin' && (await isArm(env)),
    virtualisation: virtualisationOf(cpu),
    kvm: modules.some((name) => name === 'kvm_intel' || name === 'kvm_amd'),
    kvmMachines,
    stubResolver: /^nameserver\s+127\.0\.0\.53\b/m.test(resolver),
    helper,
  };
}

/** Flags of /proc/cpuinfo (x86); other processors do not say. Pure. */
export function virtualisationOf(cpuinfo: string): MachineFacts['virtualisation'] {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1];
  if (flags === undefined) return 'unknown';
  return /\b(vmx|svm)\b/.test(flags) ? 'there' : 'none';
}

/** A program translated for x86 says x64 of itself; the system says what the processor is. */
async function isArm(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (process.arch === 'arm64') return true;
  const { stdout } = await run(['sysctl', '-n', 'hw.optional.arm64'], { env }).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() === '1';
}

/** Processes that hold /dev/kvm cannot be seen without root; those of QEMU bear its name. */
async function qemuCount(): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => text(`/proc/${pid}/comm`)));
  return names.filter((name) => name.startsWith('qemu-system') || name.startsWith('kvm')).length;
}

const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
