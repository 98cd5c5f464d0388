/**
 * A copy-on-write view of this machine's file system: packages are installed into it and removed from it,
 * and the machine does not notice. It lives in a mount namespace that ends with the process. Needs root.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CleanRoot {
  /** Runs bash in it as root; answers its output, throws when it fails. */
  run(script: string): string;
  /** Copies a file of this machine into it. */
  put(file: string, path: string): void;
  dispose(): void;
}

/** Puts the new root in place and then sleeps until its input ends. */
const boot = `set -e
mount -t tmpfs -o size=2g tmpfs "$1"
mkdir "$1"/up "$1"/work "$1"/root
mount -t overlay overlay -o lowerdir=/,upperdir="$1"/up,workdir="$1"/work "$1"/root
cd "$1"/root
mount -t proc proc proc; mount -t sysfs sysfs sys; mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs tmp; mount -t tmpfs -o mode=755 tmpfs dev/net; mknod -m 666 dev/net/tun c 10 200
mkdir -p old; pivot_root . old; umount -l /old; rmdir /old
echo ready; exec cat`;

export async function cleanRoot(): Promise<CleanRoot> {
  const folder = mkdtempSync(join(tmpdir(), 'hoplab-root-'));
  mkdirSync(join(folder, 'mount'));
  const child: ChildProcess = spawn(
    'unshare',
    [
      '--mount',
      '--pid',
      '--uts',
      '--ipc',
      '--fork',
      '--kill-child',
      'bash',
      '-c',
      boot,
      '-',
      join(folder, 'mount'),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => {
      resolve();
    });
    child.once('exit', () => {
      reject(new Error('the clean root could not be made'));
    });
  });
  const [inner = ''] = execFileSync(
    'cat',
    [`/proc/${String(child.pid)}/task/${String(child.pid)}/children`],
    { encoding: 'utf8' },
  )
    .trim()
    .split(' ');
  const enter = ['--target', inner, '--mount', '--pid', '--uts', '--ipc', 'bash', '-c'];
  return {
    put: (file, path) => {
      execFileSync('nsenter', [...enter, 'cat >"$1"', '-', path], { input: readFileSync(file) });
    },
    run: (script) =>
      execFileSync(
        'nsenter',
        [
          '--target',
          inner,
          '--mount',
          '--pid',
          '--uts',
          '--ipc',
          'bash',
          '-c',
          `set -e\n${script}`,
        ],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
          env: {
            PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
            HOME: '/root',
            DEBIAN_FRONTEND: 'noninteractive',
          },
          timeout: 240_000,
          maxBuffer: 64 * 1024 * 1024,
        },
      ),
    dispose: () => {
      child.stdin?.end();
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
