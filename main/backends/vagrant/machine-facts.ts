/** What this computer is, as far as virtual machines depend on it. Reads only; never rejects. */
import { access, readFile, readdir } from 'node:fs/promises';
import { run, type Argv } from '../../platform/run.ts';

export interface MachineFacts {
  platform: NodeJS.Platform;
  appleSilicon: boolean;
  virtualisation: 'there' | 'none' | 'unknown';
  kvm: boolean;
  kvmMachines: number;
  /** The computer asks a resolver of its own at 127.0.0.53. */
  stubResolver: boolean;
  helper: boolean;
  secureBoot: 'on' | 'off';
  /** Whether Windows itself runs on a hypervisor; null where that cannot be told, and elsewhere. */
  hypervisor: boolean | null;
}

/** UEFI's own variable (UEFI specification, 3.3): four bytes of attributes, then 1 for on. */
const secureBootFile = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
/** Not translated: a Boolean of .NET. `systeminfo` says it in the language of the desktop. */
const hypervisorWords = [
  ...['powershell.exe', '-NoProfile', '-NonInteractive', '-Command'],
  '(Get-CimInstance Win32_ComputerSystem).HypervisorPresent',
] as const;

const installedHelper = '/usr/lib/hoplab/hoplab-helper';

export async function readMachine(env: NodeJS.ProcessEnv): Promise<MachineFacts> {
  const linux = process.platform === 'linux';
  const windows = process.platform === 'win32';
  const [cpu, modules, resolver, kvmMachines, helper, variable, mokutil, hypervisor] =
    await Promise.all([
      linux ? text('/proc/cpuinfo') : '',
      linux ? readdir('/sys/module').catch(() => []) : [],
      text('/etc/resolv.conf'),
      linux ? qemuCount() : 0,
      access(installedHelper).then(
        () => true,
        () => false,
      ),
      linux ? readFile(secureBootFile).catch(() => null) : null,
      linux ? say(['mokutil', '--sb-state'], env) : '',
      windows ? say(hypervisorWords, env) : '',
    ]);
  return {
    platform: process.platform,
    appleSilicon: process.platform === 'darwin' && (await isArm(env)),
    virtualisation: virtualisationOf(cpu),
    kvm: modules.some((name) => name === 'kvm_intel' || name === 'kvm_amd'),
    kvmMachines,
    stubResolver: /^nameserver\s+127\.0\.0\.53\b/m.test(resolver),
    helper,
    secureBoot: secureBootOf(variable, mokutil),
    hypervisor: hypervisorOf(hypervisor),
  };
}

/** By the firmware's variable; where that cannot be read, by `mokutil --sb-state`, which has no translation. Pure. */
export function secureBootOf(variable: Buffer | null, mokutil: string): 'on' | 'off' {
  const value = variable?.[4];
  if (value !== undefined) return value === 1 ? 'on' : 'off';
  return /^SecureBoot enabled/m.test(mokutil) ? 'on' : 'off';
}

/** `True` or `False`, as PowerShell prints them in every language; null for anything else. Pure. */
export function hypervisorOf(stdout: string): boolean | null {
  const text = stdout.trim();
  return text === 'True' ? true : text === 'False' ? false : null;
}

/** What a program prints; nothing when it is not there. */
const say = (argv: Argv, env: NodeJS.ProcessEnv): Promise<string> =>
  run(argv, { env, timeoutMs: 10_000 }).then(
    ({ stdout }) => stdout,
    () => '',
  );

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
