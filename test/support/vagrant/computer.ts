/**
 * The learner's computer, for the tests of the backend `vagrant`: namespaces of its own with a LAN and an internet, a real Vagrant,
 * and a VBoxManage that boots real machines. It ends with the test, and nothing stays behind. Needs root.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchDaemons } from '../../../main/backends/sandbox/daemons.ts';
import { defaultCacheDir } from '../../../main/platform/paths.ts';
import { computerScript } from './computer-script.ts';
import { makePrograms } from './programs.ts';
import type { Settings } from './vboxmanage/state.ts';

/** Why there can be no computer here, or null. */
export const whyNoComputer: string | null =
  process.getuid?.() !== 0
    ? "the backend vagrant is tested as root only: VirtualBox's stand-in makes namespaces and interfaces"
    : !existsSync('/usr/bin/vagrant')
      ? 'vagrant is missing: apt-get install -y --no-install-recommends vagrant'
      : null;

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ComputerOptions {
  /** What VBoxManage says it is; Debian's Vagrant takes nothing newer than 7.0. */
  version?: string;
  naming?: Settings['naming'];
  /** Content of /etc/vbox/networks.conf; null: there is no such file. */
  networksConf?: string | null;
}

export interface Computer {
  /** Before a program and its arguments: runs them inside, in the learner's home. */
  argv(argv: readonly string[], folder?: string): [string, ...string[]];
  /** What programs inside find in their environment. */
  env: Record<string, string>;
  /** Runs bash inside. Never throws for an exit code. */
  bash(
    script: string,
    options?: { timeoutMs?: number; env?: Record<string, string> },
  ): Promise<Outcome>;
  /** Shared with the computer, under the same path on both sides. */
  folder: string;
  /** The learner's home as it is seen from outside; inside it is /home/learner. */
  home: string;
  /** Listens on a port of the computer's, as another program of the learner's would. Answers how to end that. */
  occupy(port: number): Promise<() => Promise<void>>;
  /** What goes wrong from now on (see vboxmanage/faults.ts). */
  faults(...words: string[]): void;
  /** Every call of VBoxManage so far. */
  calls(): string[][];
  forgetCalls(): void;
  /** The stand-in's state folder: empty but for its settings when there is no machine. */
  state: string;
  /** Its first process, as this machine numbers it. */
  pid: number;
  close(): Promise<void>;
}

const page =
  '<!doctype html>\n<html><head><title>LeftAsExercise</title></head><body><h1>LeftAsExercise</h1></body></html>\n';

export async function makeComputer(options: ComputerOptions = {}): Promise<Computer> {
  if (whyNoComputer) throw new Error(whyNoComputer);
  const { version = '7.0.20r163906', naming = 'enp0s', networksConf = null } = options;
  const daemons = await fetchDaemons(defaultCacheDir(), (line) => console.error(line));
  const folder = mkdtempSync(join(tmpdir(), 'hl-pc-'));
  const state = join(folder, 'vbox');
  mkdirSync(state);
  mkdirSync(join(folder, 'home'));
  await makePrograms(join(folder, 'programs'));
  const key = join(folder, 'host-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'vagrant', '-f', key]);
  const settings: Settings = {
    version,
    naming,
    daemons,
    daemonFolder: daemons.folder,
    userKeys: insecureKeys(),
    hostKey: readFileSync(key, 'utf8'),
  };
  writeFileSync(join(state, 'settings.json'), JSON.stringify(settings));
  writeFileSync(
    join(folder, 'init'),
    computerScript({
      folder,
      project: join(import.meta.dirname, '../../..'),
      leftasexercise: page,
    }),
  );
  const child = spawn(
    'unshare',
    [
      ...['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'],
      ...['bash', '--norc', '--noprofile', join(folder, 'init')],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const close = async (): Promise<void> => {
    child.stdin.destroy();
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => {
      resolve();
    });
    void ended.then(() => {
      reject(new Error(`the computer could not be made: ${complaints}`));
    });
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const pid = Number(
    readFileSync(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8').trim(),
  );
  const env: Record<string, string> = {
    HOME: '/home/learner',
    USER: 'learner',
    LOGNAME: 'learner',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    VAGRANT_HOME: '/home/learner/.vagrant.d',
    VAGRANT_CHECKPOINT_DISABLE: '1',
  };
  const argv = (words: readonly string[], at = '/home/learner'): [string, ...string[]] => [
    'nsenter',
    ...['--target', String(pid), '--net', '--mount', '--pid', '--uts', '--ipc', `--wdns=${at}`],
    ...['--', ...words],
  ];
  const bash: Computer['bash'] = (text, { timeoutMs = 120_000, env: more = {} } = {}) => {
    const [program, ...args] = argv(['bash', '-c', text]);
    return outcome(program, args, { ...env, ...more }, timeoutMs);
  };
  if (networksConf !== null) {
    writeFileSync(join(folder, 'networks.conf'), networksConf);
    await bash(`mkdir -p /etc/vbox && cp ${folder}/networks.conf /etc/vbox/networks.conf`);
  }
  return {
    argv,
    env,
    bash,
    folder,
    home: join(folder, 'home'),
    state,
    pid,
    close,
    occupy: async (port) => {
      const listen = `require('node:net').createServer().listen(${String(port)}, '127.0.0.1')`;
      const { stdout, code } = await bash(
        `setsid ${process.execPath} -e "${listen}" </dev/null >/dev/null 2>&1 & echo $!
         for ((n = 0; n < 500; n++)); do ss -ltn | grep -q :${String(port)} && exit 0; sleep 0.01; done; exit 1`,
      );
      if (code !== 0) throw new Error(`nobody listens on ${String(port)}`);
      return async () => {
        await bash(`kill ${stdout.trim()}`);
      };
    },
    faults: (...words) => {
      if (words.length === 0) rmSync(join(state, 'faults'), { force: true });
      else writeFileSync(join(state, 'faults'), `${words.join('\n')}\n`);
    },
    calls: () =>
      existsSync(join(state, 'calls.log'))
        ? readFileSync(join(state, 'calls.log'), 'utf8')
            .trim()
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as string[])
        : [],
    forgetCalls: () => rmSync(join(state, 'calls.log'), { force: true }),
  };
}

/** What every box lets in at first; Vagrant replaces it. */
function insecureKeys(): string {
  const files = execFileSync('dpkg', ['-L', 'vagrant'], { encoding: 'utf8' }).split('\n');
  const file = files.find((path) => path.endsWith('/keys/vagrant.pub'));
  if (!file) throw new Error("vagrant's insecure key is not where its package says");
  return readFileSync(file, 'utf8');
}

function outcome(
  program: string,
  args: string[],
  env: Record<string, string>,
  timeoutMs: number,
): Promise<Outcome> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? (signal ? 128 : -1), stdout, stderr });
    });
  });
}
