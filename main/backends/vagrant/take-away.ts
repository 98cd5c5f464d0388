/**
 * Takes the machines of a lab away, as `vagrant destroy` does, without waiting for a VirtualBox that does not answer: Vagrant itself
 * would wait for ever.
 */
import { LabFailure } from '../../contract/failure.ts';
import type { Task } from '../backend.ts';
import type { VagrantCli } from './vagrant-cli.ts';
import type { VboxCli } from './vbox-cli.ts';

/** Taking away one machine keeps VirtualBox busy for some seconds, in which it may be slow to answer others. */
const silentMs = 15_000;
/** Vagrant needs about ten seconds for a machine; what it has not done by then it will not do. */
const wholeMs = 120_000;

export interface TakeAwayOptions {
  vbox: VboxCli;
  vagrant: VagrantCli;
  /** Where the Vagrantfile lies. */
  folder: string;
  /** Names of the machines there are. */
  machines: readonly string[];
}

/**
 * Resolves when they are gone. Rejects with what Vagrant says; with `timed-out`, whose message names what is left and whose hint
 * how to remove it, when VirtualBox does not answer.
 */
export async function takeAway(options: TakeAwayOptions, task: Task): Promise<void> {
  const { vbox, vagrant, folder } = options;
  if (!(await vbox.answers())) throw left(options);
  const stop = new AbortController();
  const enough = (): void => {
    stop.abort();
  };
  task.signal.addEventListener('abort', enough, { once: true });
  const late = setTimeout(enough, wholeMs);
  const looking = setInterval(() => {
    if (vbox.silentMs > silentMs) stop.abort();
  }, 1_000);
  try {
    // Nobody can be asked: the learner has said so by ending the lab.
    await vagrant.run(['destroy', '-f'], folder, { ...task, signal: stop.signal });
  } catch (error) {
    const gaveUp = stop.signal.aborted && !task.signal.aborted;
    throw gaveUp ? left(options) : error;
  } finally {
    task.signal.removeEventListener('abort', enough);
    clearTimeout(late);
    clearInterval(looking);
  }
}

function left({ folder, machines }: TakeAwayOptions): LabFailure {
  const names = machines.join(' and ');
  return new LabFailure(
    'timed-out',
    `VirtualBox does not answer, so ${names} could not be taken away and may still run.`,
    `When VirtualBox answers again, open the lab and end it once more, or type: cd '${folder}' && vagrant destroy -f`,
  );
}
