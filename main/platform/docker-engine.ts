/**
 * Which Docker engine there is, and how it is spoken to: DOCKER_HOST, then the client's context, then the default. What is
 * in the way is one of a few things, each with its own way out.
 */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LabFailure } from '../contract/failure.ts';
import { run, type Argv, type ExecResult } from './run.ts';

export interface Engine {
  /** The client, and what makes it speak to this engine. */
  docker: Argv;
  env: Record<string, string>;
  /** unix:///var/run/docker.sock, or where else it listens. */
  endpoint: string;
  version: string;
  /** Docker Desktop, and others that keep the engine in a virtual machine: containers' addresses end there. */
  virtual: boolean;
  rootless: boolean;
  /** Runs the client with these arguments. */
  run(
    args: readonly string[],
    options?: { input?: string; timeoutMs?: number },
  ): Promise<ExecResult>;
}

export type ProblemKind = 'not-installed' | 'not-running' | 'no-permission' | 'unsuitable';

export interface EngineProblem {
  problem: ProblemKind;
  found: string;
  why: string;
  fix: string;
  command: string | null;
}

/** What the client reads of the environment; the rest stays here. */
const passedOn =
  /^(PATH|HOME|USER|LANG|TMPDIR|XDG_\w+|DOCKER_\w+|SSH_AUTH_SOCK|\w*_proxy|\w*_PROXY|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMFILES|PROGRAMDATA|SystemRoot|TEMP|TMP)$/;

/** Where clients lie that a program started from a desktop does not find by PATH. */
const usualFolders = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/snap/bin'];

/** Never rejects. */
export async function findEngine(
  from: NodeJS.ProcessEnv = process.env,
): Promise<Engine | EngineProblem> {
  const env = Object.fromEntries(
    Object.entries(from).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && passedOn.test(pair[0]),
    ),
  );
  const client = await findClient(env['PATH'] ?? '');
  if (!client) return notInstalled();
  const ask = (args: readonly string[]): Promise<ExecResult> =>
    run([client, ...args], { env, timeoutMs: 15_000 }).catch((error: unknown) => ({
      code: 1,
      stdout: '',
      stderr: String(error),
    }));
  const endpoint = await endpointOf(env, ask);
  const closed = await closedSocket(endpoint);
  if (closed) return closed;
  const version = await ask(['version', '--format', '{{.Server.Version}} {{.Server.Os}}']);
  if (version.code !== 0)
    return /permission denied/i.test(version.stderr)
      ? noPermission(endpoint)
      : notRunning(endpoint, version.stderr);
  const [number = '', system = ''] = version.stdout.trim().split(' ');
  if (system !== 'linux') return unsuitable(system);
  const info = await ask(['info', '--format', '{{.OperatingSystem}}\n{{json .SecurityOptions}}']);
  const [operatingSystem = '', security = ''] = info.stdout.split('\n');
  const docker: Argv = [client];
  return {
    docker,
    env,
    endpoint,
    version: number,
    virtual:
      process.platform !== 'linux' ||
      /Docker Desktop|Rancher Desktop|OrbStack|colima/i.test(operatingSystem),
    rootless: security.includes('name=rootless'),
    run: (args, options = {}) => run([...docker, ...args], { env, timeoutMs: 60_000, ...options }),
  };
}

/** As `findEngine`; rejects with LabFailure that says what is in the way. */
export async function requireEngine(from?: NodeJS.ProcessEnv): Promise<Engine> {
  const found = await findEngine(from);
  if (!('problem' in found)) return found;
  throw new LabFailure(
    found.problem === 'no-permission' ? 'not-permitted' : 'tool-missing',
    `Docker: ${found.found}.`,
    [found.fix, found.command].filter(Boolean).join(' '),
  );
}

async function findClient(path: string): Promise<string | null> {
  const name = process.platform === 'win32' ? 'docker.exe' : 'docker';
  for (const folder of [...path.split(delimiter), ...usualFolders].filter(Boolean)) {
    const file = join(folder, name);
    if (await allowed(file, constants.X_OK)) return file;
  }
  return null;
}

const allowed = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  );

async function endpointOf(
  env: Record<string, string>,
  ask: (args: readonly string[]) => Promise<ExecResult>,
): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const context = await ask(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  const host = context.code === 0 ? context.stdout.trim() : '';
  if (host) return host;
  return process.platform === 'win32'
    ? 'npipe:////./pipe/docker_engine'
    : 'unix:///var/run/docker.sock';
}

/** A socket that is not there or may not be written to; null where there is nothing to see. */
async function closedSocket(endpoint: string): Promise<EngineProblem | null> {
  const file = /^unix:\/\/(.*)$/.exec(endpoint)?.[1];
  if (!file) return null;
  return access(file, constants.R_OK | constants.W_OK).then(
    () => null,
    (error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'EACCES'
        ? noPermission(endpoint)
        : notRunning(endpoint, `there is no ${file}`),
  );
}

function notInstalled(): EngineProblem {
  return {
    problem: 'not-installed',
    found: 'no docker program was found',
    why: 'The machines of the lab are containers, and Docker starts them.',
    fix:
      process.platform === 'linux'
        ? 'Install Docker Engine: the package docker.io of Debian and Ubuntu, or docs.docker.com/engine/install.'
        : 'Install Docker Desktop from docs.docker.com/desktop, or another engine with a docker client.',
    command: process.platform === 'linux' ? 'sudo apt-get install -y docker.io' : null,
  };
}

function notRunning(endpoint: string, detail: string): EngineProblem {
  return {
    problem: 'not-running',
    found: `no engine answers at ${endpoint} (${detail.trim().split('\n').at(-1)?.slice(0, 200) ?? ''})`,
    why: 'The docker program only passes on what is asked; the engine behind it does the work.',
    fix:
      process.platform === 'linux'
        ? 'Start the engine. If it listens elsewhere, choose it with docker context use, or DOCKER_HOST.'
        : 'Start Docker Desktop and wait until it says that the engine runs.',
    command: process.platform === 'linux' ? 'sudo systemctl start docker' : null,
  };
}

function noPermission(endpoint: string): EngineProblem {
  return {
    problem: 'no-permission',
    found: `you may not speak to the engine at ${endpoint}`,
    why: 'Who may speak to the engine may do everything root may on this machine.',
    fix: 'Join the group docker with the line below and log in again: it is as good as being root, so do it on a machine that is yours. Or use rootless Docker, which needs no such right.',
    command: 'sudo usermod -aG docker "$USER"',
  };
}

function unsuitable(system: string): EngineProblem {
  return {
    problem: 'unsuitable',
    found: `the engine runs containers of ${system || 'another system'}`,
    why: 'The labs need Linux: its routes, its firewall, its bridges.',
    fix: 'Switch Docker Desktop to Linux containers.',
    command: null,
  };
}
