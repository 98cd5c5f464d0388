/** A snapshot of each machine as it was when it had first come up: what "go to the start of step N" begins from. */
import { toFailure } from '../../contract/failure.ts';
import { parseSnapshots } from './vbox-output.ts';
import type { VboxCli } from './vbox-cli.ts';

const name = 'hoplab-start';

export class Snapshots {
  constructor(
    private readonly vbox: VboxCli,
    private readonly uuidOf: (node: string) => Promise<string | null>,
  ) {}

  /** Once for a machine. A snapshot that cannot be taken only costs the next reset its speed. */
  async take(node: string): Promise<void> {
    const uuid = await this.uuidOf(node);
    if (uuid === null || (await this.#has(uuid).catch(() => true))) return;
    await this.vbox
      .call(['snapshot', uuid, 'take', name, '--live'], { about: uuid })
      .catch(() => undefined);
  }

  /** Whether every one of these machines has it. Rejects with `timed-out` when VirtualBox does not answer. */
  async all(nodes: readonly string[]): Promise<boolean> {
    const found = await Promise.all(
      nodes.map(async (node) => {
        const uuid = await this.uuidOf(node);
        return uuid !== null && (await this.#has(uuid));
      }),
    );
    return found.every(Boolean);
  }

  /** The machine is off afterwards, or saved: vagrant up goes on from there. Rejects with LabFailure. */
  async restore(node: string): Promise<void> {
    const uuid = await this.uuidOf(node);
    if (uuid === null) return;
    const info = await this.vbox.info(uuid);
    if (info?.state === 'running' || info?.state === 'paused')
      await this.vbox.call(['controlvm', uuid, 'poweroff'], { about: uuid });
    await this.vbox.call(['snapshot', uuid, 'restore', name], { about: uuid });
  }

  /** VBoxManage ends with 1 when there is none. Rejects with `timed-out` when it does not answer. */
  async #has(uuid: string): Promise<boolean> {
    const text = await this.vbox
      .call(['snapshot', uuid, 'list', '--machinereadable'], { about: uuid })
      .catch((error: unknown) => {
        // That nothing is said does not mean that there is none.
        if (toFailure(error).code === 'timed-out') throw error;
        return '';
      });
    return parseSnapshots(text).includes(name);
  }
}
