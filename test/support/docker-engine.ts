/**
 * A real Docker engine of a test's own: in network, mount and process namespaces that end with it, its data in a temporary
 * folder. The machine's own engine, network and services are not touched. Needs root.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringEngineParts } from '../../main/setup/docker-engine.ts';
import { defaultCacheDir } from '../../main/platform/paths.ts';
import { run } from '../../main/platform/run.ts';
import { isRoot } from './person.ts';

export interface TestEngine {
  /** What Hoplab and the client need to speak to it, and to build the image without a network. */
  env: NodeJS.ProcessEnv;
  /** Runs the client. */
  docker(...args: string[]): Promise<string>;
  /** Ends the engine at once, as a power cut would. */
  dispose(): Promise<void>;
}

/** Why there is no engine here, or null. */
export const whyNoEngine: string | null = !isRoot
  ? 'a Docker engine of its own can be started by root only'
  : process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')
    ? 'the engine is unpacked from packages of Debian or Ubuntu'
    : null;

const boot = `mount -t tmpfs tmpfs /run && ip link set lo up &&
exec dockerd --data-root "$1/data" --exec-root /run/docker --pidfile /run/docker.pid --host "unix://$1/docker.sock" --cgroup-parent "$2" --log-level error`;

export async function startEngine(): Promise<TestEngine> {
  const parts = await bringEngineParts(defaultCacheDir(), () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'hoplab-docker-'));
  const group = folder.replace(/.*\//, '').toLowerCase();
  const path = [...parts.path, process.env['PATH'] ?? ''].join(':');
  const child = spawn(
    'setpriv',
    [
      ...['--pdeathsig=KILL', 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child'],
      ...['--mount-proc', 'bash', '-c', boot, '-', folder, group],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: path } },
  );
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  const env: NodeJS.ProcessEnv = {
    PATH: path,
    HOME: folder,
    DOCKER_HOST: `unix://${folder}/docker.sock`,
    HOPLAB_DOCKER_BASE: 'hoplab-test-base',
    HOPLAB_DOCKER_NETWORK: 'none',
  };
  const docker = async (...args: string[]): Promise<string> => {
    const result = await run(['docker', ...args], { env, timeoutMs: 60_000 });
    if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.trim();
  };
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await removeGroups(group);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let n = 0; ; n += 1) {
      if (await docker('version').then(Boolean, () => false)) break;
      if (n > 150 || child.exitCode !== null) throw new Error(`dockerd: ${complaints}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await docker('import', parts.base, 'hoplab-test-base');
    return { env, docker, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The engine leaves its control groups behind when it is killed: ours bear the name of its folder. */
async function removeGroups(group: string): Promise<void> {
  const controllers = readdirSync('/sys/fs/cgroup', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('/sys/fs/cgroup', entry.name));
  // Below the top, or below our own group, by controller (cgroups(7), /proc/pid/cgroup).
  const own = readFileSync('/proc/self/cgroup', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^[^:]*:[^:]*:/, ''));
  const groups = ['/sys/fs/cgroup', ...controllers].flatMap((top) =>
    ['/', ...new Set(own)].map((path) => join(top, path, group)),
  );
  // A group goes when its last process has: those of containers are still on their way out.
  for (let n = 0; n < 100 && groups.some((folder) => existsSync(folder)); n += 1) {
    groups.forEach(removeGroup);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function removeGroup(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // Gone, or not empty yet.
  }
}
