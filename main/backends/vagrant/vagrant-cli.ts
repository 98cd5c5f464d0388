/** Calls vagrant: machine-readable, one call at a time for a folder, its whole process group ended on cancel. */
import { createInterface } from 'node:readline';
import type { Task } from '../backend.ts';
import { LabFailure } from '../../contract/failure.ts';
import { start, type Argv } from '../../platform/run.ts';
import { vboxFailure } from './vbox-error.ts';
import {
  errorOf,
  messageOf,
  milestoneOf,
  parseRecord,
  type VagrantError,
  type VagrantRecord,
} from './vagrant-output.ts';

export interface VagrantRun {
  records: VagrantRecord[];
  /** Plain text beside the records. */
  text: string;
}

/** Settings Vagrant takes from the environment: no colours, no asking the internet about itself. */
export const vagrantEnv: Record<string, string> = {
  VAGRANT_DEFAULT_PROVIDER: 'virtualbox',
  VAGRANT_NO_COLOR: '1',
  VAGRANT_CHECKPOINT_DISABLE: '1',
  VAGRANT_BOX_UPDATE_CHECK_DISABLE: '1',
};

/** For Vagrant to end by itself, and those it has started. */
const graceMs = 3_000;

export class VagrantCli {
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(
    private readonly program: string,
    private readonly env: Record<string, string>,
  ) {}

  /** Rejects with LabFailure: `cancelled`, `busy` when another process holds the machine, else what Vagrant says. */
  run(words: readonly string[], folder: string, task: Task): Promise<VagrantRun> {
    const before = this.#queues.get(folder) ?? Promise.resolve();
    const go = () => this.#go(words, folder, task);
    const next = before.then(go, go);
    this.#queues.set(
      folder,
      next.catch(() => undefined),
    );
    return next;
  }

  #go(words: readonly string[], folder: string, task: Task): Promise<VagrantRun> {
    if (task.signal.aborted) return Promise.reject(new LabFailure('cancelled', 'Cancelled.'));
    const argv: Argv = [this.program, ...words, '--machine-readable'];
    // A group of its own: Vagrant starts Ruby, which starts ssh and VBoxManage; all end together.
    const child = start(argv, {
      cwd: folder,
      env: { ...this.env, ...vagrantEnv },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const found: VagrantRun = { records: [], text: '' };
    let late: NodeJS.Timeout | undefined;
    const end = () => {
      const { pid } = child;
      if (pid === undefined || child.exitCode !== null) return;
      killGroup(pid, 'SIGTERM');
      // A VBoxManage that hangs may not hear that, and would keep the call open.
      late = setTimeout(() => killGroup(pid, 'SIGKILL'), graceMs);
    };
    task.signal.addEventListener('abort', end, { once: true });
    const onLine = (line: string) => {
      const record = parseRecord(line);
      if (record) found.records.push(record);
      else found.text += `${line}\n`;
      const message = record ? messageOf(record) : line;
      for (const part of (message ?? '').split('\n')) if (part.trim()) task.log(part);
      const milestone = record && milestoneOf(record);
      if (milestone) task.progress(milestone.fraction, milestone.label);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface(stream).on('line', onLine);
    }
    return new Promise((resolve, reject) => {
      child.once('error', (error) => {
        reject(new LabFailure('tool-missing', `vagrant cannot be started: ${error.message}`));
      });
      child.once('close', (code) => {
        task.signal.removeEventListener('abort', end);
        clearTimeout(late);
        if (task.signal.aborted) reject(new LabFailure('cancelled', 'Cancelled.'));
        else if (code === 0) resolve(found);
        else reject(vagrantFailure(words, errorOf(found.records), found.text));
      });
    });
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

/** Ruby class → what happened, and the way out. */
const known: Record<string, [message: string, hint: string]> = {
  MachineActionLockedError: [
    'Another vagrant is working on that machine.',
    'Wait until it has finished, or end it where it was started.',
  ],
  ProviderNotUsable: [
    'Vagrant cannot use VirtualBox here.',
    'Health says which of the two is too old or missing.',
  ],
  NoDefaultProvider: [
    'Vagrant finds no VirtualBox it can use here.',
    'Health says what is missing: often its kernel modules.',
  ],
  VirtualBoxInvalidHostSubnet: [
    'VirtualBox refuses the address of the host-only network.',
    'Allow its range in /etc/vbox/networks.conf, or open the lab with 192.168.56.0/24.',
  ],
  ForwardPortCollision: [
    'A port of this computer that the machine needs is taken.',
    'End the program that listens there, or change the port in the Vagrantfile.',
  ],
  VMBootTimeout: [
    'The machine started but did not answer by ssh in time.',
    'Open VirtualBox and look at the machine’s screen; then vagrant destroy -f and vagrant up.',
  ],
  BoxAddShortNotFound: [
    'The box could not be found.',
    'Look at its name in the settings, or at the network.',
  ],
  DownloaderError: [
    'The download of the box failed.',
    'Try again: Vagrant goes on where it stopped.',
  ],
  VagrantfileSyntaxError: ['The Vagrantfile has a mistake.', 'Its line is in the detail.'],
  MachineNotFound: [
    'The Vagrantfile does not define that machine.',
    'Look at its config.vm.define lines.',
  ],
  VBoxManageError: ['VirtualBox refused what Vagrant asked of it.', 'The detail has its words.'],
};

function vagrantFailure(
  words: readonly string[],
  error: VagrantError | null,
  text: string,
): LabFailure {
  // Vagrant passes on what VirtualBox said, and that is what there is to know.
  if (error?.class === 'VBoxManageError') {
    const said = vboxFailure([], error.message, null);
    if (said.hint !== undefined) return said;
  }
  const [message, hint] = known[error?.class ?? ''] ?? [
    `vagrant ${words[0] ?? ''} failed.`,
    undefined,
  ];
  const code = error?.class === 'MachineActionLockedError' ? 'busy' : 'command-failed';
  return new LabFailure(
    code,
    message,
    hint,
    [error?.message, text.trim()].filter(Boolean).join('\n'),
  );
}
