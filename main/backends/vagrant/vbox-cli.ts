/**
 * Calls VBoxManage: one at a time for a machine, with its errors told apart and a lock of others waited for. It talks to a service
 * (VBoxSVC) that can hang, and then hangs with it: every call has an end, can be given up, and how long it is silent is known.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { LabFailure, toFailure } from '../../contract/failure.ts';
import { untilAborted } from '../../platform/abort.ts';
import { run, type Argv, type ExecResult } from '../../platform/run.ts';
import { Silence, type Outcome } from './silence.ts';
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
const usualMs = 30_000;
/** What only asks answers in a fraction of a second, on a machine under load in one or two. */
const asks = ([verb = '', , what]: readonly string[]): boolean =>
  ['--version', 'list', 'showvminfo'].includes(verb) || (verb === 'snapshot' && what === 'list');
/** Silent for so long it is taken to hang, and from then on it is given only a moment. */
export const hangMs = 5_000;
const momentMs = 3_000;

export interface CallOptions {
  /** The machine it changes or asks: such calls wait for each other. */
  about?: string;
  /** Gives it up: rejects with `cancelled` at once. */
  signal?: AbortSignal;
  /** Default 30 000. */
  timeoutMs?: number;
}

export class VboxCli {
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #silence = new Silence();
  #version: VboxVersion | null = null;

  constructor(
    private readonly program: string,
    private readonly env: Record<string, string>,
  ) {}

  /** Rejects with LabFailure; an answer that is empty is one too. */
  async version(signal?: AbortSignal): Promise<VboxVersion> {
    const version = parseVersion(await this.call(['--version'], signal && { signal }));
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

  /** For how long it has answered nothing although it was asked; 0 while it answers. */
  get silentMs(): number {
    return this.#silence.ms;
  }

  /** Whether the service behind it answers at all, an error included; waits no longer than `withinMs`. Never rejects. */
  answers(withinMs = hangMs): Promise<boolean> {
    return this.call(['list', 'runningvms'], { timeoutMs: withinMs }).then(
      () => true,
      (error: unknown) => toFailure(error).code !== 'timed-out',
    );
  }

  /** Null when VirtualBox does not know it. */
  async info(uuid: string, options: Omit<CallOptions, 'about'> = {}): Promise<VmInfo | null> {
    try {
      const text = await this.call(['showvminfo', uuid, '--machinereadable'], {
        ...options,
        about: uuid,
      });
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

  /** Standard output. Rejects with LabFailure: `timed-out`, `cancelled`, `busy`, or what VirtualBox says. */
  call(words: readonly string[], options: CallOptions = {}): Promise<string> {
    const { about = '', signal } = options;
    const before = this.#queues.get(about) ?? Promise.resolve();
    const go = () => this.#try(words, options);
    const next = before.then(go, go);
    if (about !== '')
      this.#queues.set(
        about,
        next.catch(() => undefined),
      );
    return signal ? untilAborted(next, signal) : next;
  }

  async #try(words: readonly string[], { signal, timeoutMs }: CallOptions): Promise<string> {
    for (const pause of [...patience, null]) {
      const { code, stdout, stderr } = await this.#run(words, signal, timeoutMs ?? usualMs);
      if (!hasFailed(code, stderr)) return stdout.replaceAll('\r\n', '\n');
      if (pause === null || !isLocked(stderr)) throw vboxFailure(words, stderr, this.#version);
      await wait(pause, undefined, { ...(signal && { signal }) });
    }
    throw new LabFailure('internal', 'unreachable');
  }

  async #run(
    words: readonly string[],
    signal: AbortSignal | undefined,
    timeoutMs: number,
  ): Promise<ExecResult> {
    if (signal?.aborted) throw new LabFailure('cancelled', 'Cancelled.');
    const argv: Argv = [this.program, ...words];
    const isQuick = asks(words);
    const most = isQuick && this.silentMs > hangMs ? Math.min(timeoutMs, momentMs) : timeoutMs;
    const note = isQuick ? this.#silence.ask() : (): void => undefined;
    try {
      const result = await run(argv, {
        env: this.env,
        timeoutMs: most,
        ...(signal && { signal }),
      });
      note('answered');
      return result;
    } catch (error) {
      note(outcomeOf(error));
      throw error;
    }
  }
}

function outcomeOf(error: unknown): Outcome {
  const { code } = toFailure(error);
  return code === 'timed-out' ? 'timed-out' : code === 'cancelled' ? 'given-up' : 'answered';
}
