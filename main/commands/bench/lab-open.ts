/**
 * From nothing to the host's prompt, and from `vagrant up` to boxA's, against the bare script: the same
 * bash the app feeds to the lab's first process, without the app.
 */
import { SandboxBackend } from '../../backends/sandbox/sandbox.ts';
import { identify } from '../../backends/sandbox/identity.ts';
import { inNamespaces } from '../../backends/sandbox/lab-process.ts';
import type { Lab } from '../../contract/lab.ts';
import { defaultCacheDir } from '../../platform/paths.ts';
import { inProcessPtyHost, type InProcessPtyHost, type PtyEvent } from '../../terminals/client.ts';
import { quietSession } from '../workbench.ts';
import { median, ratio, type Figure } from './figure.ts';

const rounds = 7;
const host = 'host';
const machine = 'boxA';

interface Times {
  open: number;
  up: number;
}

export async function benchLabOpen(lab: Lab): Promise<Figure[]> {
  const scripts: string[] = [];
  await ours(lab, (code) => scripts.push(code));
  const bare = await bareScript(scripts);
  const mine: Times[] = [];
  const theirs: Times[] = [];
  for (let round = 0; round < rounds; round += 1) {
    mine.push(await ours(lab));
    theirs.push(await bare.run());
  }
  const of = (times: Times[], key: keyof Times): number => median(times.map((item) => item[key]));
  return [
    ratio(
      "lab opened, to the host's prompt",
      of(mine, 'open'),
      of(theirs, 'open'),
      'bare script',
      1.5,
    ),
    ratio("vagrant up, to boxA's prompt", of(mine, 'up'), of(theirs, 'up'), 'bare script', 1.5),
  ];
}

function prompt(ptyHost: InProcessPtyHost, node: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = ptyHost.onEvent((event: PtyEvent) => {
      if (event.type !== 'prompt' || event.node !== node) return;
      stop();
      resolve();
    });
  });
}

/** The app's own way, without its window. */
async function ours(lab: Lab, record?: (code: string) => void): Promise<Times> {
  const ptyHost = inProcessPtyHost();
  const backend = new SandboxBackend({
    cacheDir: defaultCacheDir(),
    siblings: () => [lab],
    ...(record && { record }),
  });
  const session = quietSession(lab, backend, ptyHost);
  try {
    const began = performance.now();
    const first = prompt(ptyHost, host);
    await session.start();
    await first;
    const open = performance.now() - began;
    const [terminal] = session.terminals.list();
    const second = prompt(ptyHost, machine);
    const upBegan = performance.now();
    session.terminals.type(terminal?.id ?? '', 'vagrant up\r');
    await second;
    return { open, up: performance.now() - upBegan };
  } finally {
    await session.stop();
    await ptyHost.dispose();
  }
}

interface Bare {
  run(): Promise<Times>;
}

/** The recorded scripts as one file, run in a terminal of its own; boxA is entered over its own sshd. */
async function bareScript(scripts: readonly string[]): Promise<Bare> {
  const [root = '', standing = '', ...rest] = scripts.filter((code) => code !== ':');
  const isMachine = (code: string): boolean => code.includes(`spawn ${machine} `);
  const login = (user: string, home: string): string =>
    `setpriv --reuid=1000 --regid=1000 --init-groups -- /usr/bin/env -i --chdir=${home} HOME=${home} USER=${user} PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm-256color`;
  const hostShell = `enter ${host} ${login('learner', '/home/learner')} bash -l`;
  const key = `/home/learner/*/.vagrant/machines/${machine}/virtualbox/private_key`;
  const machineShell = `nsenter --net=/proc/\${PIDS[${machine}]}/ns/net --mount=/proc/\${PIDS[${host}]}/ns/mnt --pid=/proc/\${PIDS[${host}]}/ns/pid_for_children -- ${login('learner', '/home/learner')} bash -c 'exec ssh -t -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i ${key} vagrant@127.0.0.1'`;
  const code = [
    'export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    root,
    standing,
    hostShell,
    ...rest.filter((code) => code.includes('private_key') && !isMachine(code)),
    ...rest.filter(isMachine),
    machineShell,
  ].join('\n');
  // A script longer than one argument may be (MAX_ARG_STRLEN in linux/binfmts.h is 128 KiB) would not start.
  const argv = await inNamespaces(await identify(), ['-c', code]);
  return {
    run: async () => {
      const ptyHost = inProcessPtyHost();
      try {
        const began = performance.now();
        const first = prompt(ptyHost, host);
        ptyHost.open(
          'b1',
          {
            argv,
            env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color' },
            cwd: '/',
            title: '',
            path: '',
          },
          { columns: 80, rows: 24 },
        );
        await first;
        const open = performance.now() - began;
        const second = prompt(ptyHost, machine);
        const upBegan = performance.now();
        ptyHost.input('b1', 'exit\r');
        await second;
        return { open, up: performance.now() - upBegan };
      } finally {
        await ptyHost.dispose();
      }
    },
  };
}
