/** How the containers of a lab are started: what they may do, and the labels by which they are found again. */
import type { Engine } from '../../platform/docker-engine.ts';

/** On everything Hoplab starts; nothing without it is ever touched. */
export const ourLabel = 'app=hoplab';
const sessionLabel = 'hoplab.session';

export interface Naming {
  lab: string;
  session: string;
}

const labels = ({ lab, session }: Naming, node: string): string[] =>
  [ourLabel, `hoplab.lab=${lab}`, `${sessionLabel}=${session}`, `hoplab.node=${node}`].flatMap(
    (label) => ['--label', label],
  );

const capabilities = (names: readonly string[]): string[] => [
  '--cap-drop=ALL',
  ...names.map((name) => `--cap-add=${name}`),
];

/** No network of Docker's, no published port, no log kept, and gone when its first process is. */
const common = ['--rm', '--network=none', '--log-driver=none', '--pull=never'];
/** Both meddle with what a lab needs: writing net.* settings, and entering nodes. */
const unconfined = ['--security-opt=apparmor=unconfined', '--security-opt=label=disable'];

/** Root of a node: its own network, its own files, users to change to, and nothing of the engine's machine. */
const nodeCapabilities = [
  ...['NET_ADMIN', 'NET_RAW', 'NET_BIND_SERVICE'],
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL'],
  ...['SETUID', 'SETGID', 'SETPCAP', 'SYS_CHROOT'],
  // sshd ends a session on a terminal when it may not say so to the kernel's audit.
  'AUDIT_WRITE',
];

/** The control container plugs cables into nodes, so it has to enter them; nobody's input reaches it. */
const controlCapabilities = [
  ...['SYS_ADMIN', 'SYS_PTRACE', 'SYS_CHROOT', 'NET_ADMIN', 'NET_BIND_SERVICE', 'MKNOD'],
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETPCAP'],
];

export const controlName = ({ session }: Naming): string => `hoplab-${session}-control`;

/** `docker run` of the control container, which runs this bash. */
export function controlArguments(naming: Naming, image: string, script: string): string[] {
  return [
    'run',
    '--interactive',
    ...common,
    ...unconfined,
    '--security-opt=seccomp=unconfined',
    '--pid=host',
    '--userns=host',
    '--device-cgroup-rule=c 10:200 rwm',
    ...capabilities(controlCapabilities),
    ...labels(naming, 'control'),
    `--name=${controlName(naming)}`,
    '--hostname=hoplab',
    image,
    '/bin/bash',
    '--norc',
    '-c',
    script,
  ];
}

/** `docker run` of a node. `run` counts its starts: the container before may still be on its way out. */
export function nodeArguments(
  naming: Naming,
  node: { id: string; hostName: string; run: number },
  image: string,
  loader: string,
): string[] {
  return [
    'run',
    '--detach',
    ...common,
    ...unconfined,
    ...capabilities(nodeCapabilities),
    ...labels(naming, node.id),
    `--name=${nodeName(naming, node)}`,
    `--hostname=${node.hostName}`,
    '--pids-limit=2000',
    '--shm-size=16m',
    '--env',
    `HOPLAB_SESSION=${naming.session}`,
    '--env',
    `HOPLAB_BOOT=${loader}`,
    image,
    '/bin/bash',
    '-c',
    'eval "$HOPLAB_BOOT"',
  ];
}

export const nodeName = ({ session }: Naming, { id, run }: { id: string; run: number }): string =>
  `hoplab-${session}-${id}-${String(run)}`;

/** Removes whatever is left of a session; resolves when the engine has it no more. */
export async function removeSession(engine: Engine, session: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const left = await list(engine, [`label=${sessionLabel}=${session}`]);
    if (left.length === 0) return;
    // One that is on its way out already is no reason to complain.
    await engine.run(['rm', '--force', ...left.map((item) => item.id)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Removes containers of ours that nobody holds: those of sessions whose control container is gone. It is the first to
 * start and the last to end, so a session without one is over.
 */
export async function removeLeftovers(engine: Engine): Promise<number> {
  const ours = await list(engine, []);
  const held = new Set(
    ours.filter((item) => item.node === 'control' && item.alive).map((item) => item.session),
  );
  const left = ours.filter((item) => !held.has(item.session));
  if (left.length > 0) await engine.run(['rm', '--force', ...left.map((item) => item.id)]);
  return left.length;
}

interface Listed {
  id: string;
  session: string;
  node: string;
  /** It runs, or is just being started by another Hoplab. */
  alive: boolean;
}

async function list(engine: Engine, filters: readonly string[]): Promise<Listed[]> {
  const { stdout } = await engine.run([
    'ps',
    '--all',
    '--no-trunc',
    '--filter',
    `label=${ourLabel}`,
    ...filters.flatMap((filter) => ['--filter', filter]),
    '--format',
    `{{.ID}} {{.State}} {{.Label "${sessionLabel}"}} {{.Label "hoplab.node"}} {{.RunningFor}}`,
  ]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [id = '', state = '', session = '', node = '', ...age] = line.split(' ');
      const alive =
        state === 'running' || (state === 'created' && age.join(' ').includes('second'));
      return { id, session, node, alive };
    })
    .filter((item) => item.session !== '');
}
