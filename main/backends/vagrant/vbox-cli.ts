/** Calls VBoxManage: one at a time for a machine, with its errors told apart and a lock of others waited for. */
import { setTimeout as wait } from 'node:timers/promises';
import { LabFailure } from '../../contract/failure.ts';
import { run, type Argv } from '../../platform/run.ts';
import { hasFailed, isLocked, vboxFailure } from './vbox-error.ts';
import {
  parseVersion,
  parseVmInfo,
  parseVms,
  type ListedVm,
  type VboxVersion,
  type VmInfo,
} from './vbox-output.ts';

/** Together about ten seconds: a lock of another program passes within that, or does not pass. */
const patience = [200, 400, 800, 1600, 3200, 3200];
const timeoutMs = 30_000;

export class VboxCli {
  readonly #queues = new Map<string, Promise<unknown>>();
  #version: VboxVersion | null = null;

  constructor(
    private readonly program: string,
    private readonly env: Record<string, string>,
  ) {}

  /** Rejects with LabFailure; an answer that is empty is one too. */
  async version(): Promise<VboxVersion> {
    const version = parseVersion(await this.call(['--version']));
    if (!version)
      throw new LabFailure(
        'command-failed',
        'VBoxManage says nothing when it is asked for its version.',
        'Install VirtualBox again, or look at what VBoxManage --version prints in a terminal.',
      );
    this.#version = version;
    return version;
  }

  async machines(which: 'vms' | 'runningvms' = 'vms'): Promise<ListedVm[]> {
    return parseVms(await this.call(['list', which]));
  }

  /** Null when VirtualBox does not know it. */
  async info(uuid: string): Promise<VmInfo | null> {
    try {
      const text = await this.call(['showvminfo', uuid, '--machinereadable'], uuid);
      const info = parseVmInfo(text);
      if (info) return info;
    } catch (error) {
      if (
        error instanceof LabFailure &&
        /0x80bb0001|VBOX_E_OBJECT_NOT_FOUND|Could not find a registered machine/.test(
          error.detail ?? '',
        )
      )
        return null;
      throw error;
    }
    throw new LabFailure('command-failed', 'VBoxManage says nothing about that virtual machine.');
  }

  /** Standard output. `about` is the machine it changes or asks: such calls wait for each other. */
  call(words: readonly string[], about = ''): Promise<string> {
    const before = this.#queues.get(about) ?? Promise.resolve();
    const next = before.then(
      () => this.#try(words),
      () => this.#try(words),
    );
    if (about !== '')
      this.#queues.set(
        about,
        next.catch(() => undefined),
      );
    return next;
  }

  async #try(words: readonly string[]): Promise<string> {
    const argv: Argv = [this.program, ...words];
    for (const pause of [...patience, null]) {
      const { code, stdout, stderr } = await run(argv, { env: this.env, timeoutMs });
      if (!hasFailed(code, stderr)) return stdout.replaceAll('\r\n', '\n');
      if (pause === null || !isLocked(stderr)) throw vboxFailure(words, stderr, this.#version);
      await wait(pause);
    }
    throw new LabFailure('internal', 'unreachable');
  }
}
