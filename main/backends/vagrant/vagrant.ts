/**
 * The learner's own computer: the host of the lab is this machine, its machines are VirtualBox's, driven by Vagrant as the
 * article does it, its containers are those of the learner's Docker.
 */
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { BackendHealth } from '../../contract/health.ts';
import { LabFailure } from '../../contract/failure.ts';
import type { Lab } from '../../contract/lab.ts';
import { untilAborted } from '../../platform/abort.ts';
import type { LocalOptions } from '../../transports/local.ts';
import type { Transport } from '../../transports/transport.ts';
import { hostOf } from '../../world/plan.ts';
import type { Backend, HostRights, Need, NodeStatus, Remark, Task } from '../backend.ts';
import { Folders } from './folders.ts';
import { hostOnlyWords } from './host-only.ts';
import { readForwarding, resolveServers } from './host-facts.ts';
import { OpenedLab, type OpenedOptions } from './opened-lab.ts';
import { probeVagrant } from './probe.ts';
import { lanOfAnswers, questionsOf, rangesOfAnswers } from './questions.ts';
import {
  canBeAllowed,
  freeRange,
  isRestricted,
  rangesFile,
  readRangesFile,
  refusedRanges,
} from './ranges.ts';
import { findTools, toolEnvironment, type Tools } from './tools.ts';
import { readNetwork, type Network } from './uplinks.ts';
import { VagrantCli } from './vagrant-cli.ts';
import { VboxCli } from './vbox-cli.ts';
import type { VboxVersion } from './vbox-output.ts';

export interface VagrantOptions {
  dataDir: string;
  /** Labs whose folders lie beside each other. */
  siblings(): Lab[];
  /** A box of the learner's choice, for machines that name none. */
  box?: () => string | undefined;
  env?: NodeJS.ProcessEnv;
  rights: HostRights;
  /** How the host is read and changed with the learner's permission. */
  privileged(labId: string): Pick<LocalOptions, 'readAsRoot' | 'hasRights' | 'privileged'>;
}

export class VagrantBackend implements Backend {
  readonly kind = 'vagrant';
  readonly rights: HostRights;
  readonly #folders: Folders;
  readonly #opened = new Map<string, OpenedLab>();

  constructor(private readonly options: VagrantOptions) {
    this.rights = options.rights;
    this.#folders = new Folders(join(options.dataDir, 'vagrant'));
  }

  probe(): Promise<BackendHealth> {
    return probeVagrant(this.options.env);
  }

  async up(lab: Lab, task: Task, { machines = false }: { machines?: boolean } = {}): Promise<void> {
    const opened = this.#opened.get(lab.id) ?? (await this.#open(lab, task));
    if (!machines) return;
    await opened.vagrant(['up'], task);
    await opened.look();
  }

  async halt(lab: Lab, task: Task): Promise<void> {
    await this.#of(lab).vagrant(['halt'], task);
  }

  async destroy(lab: Lab, task: Task): Promise<void> {
    const opened = this.#opened.get(lab.id);
    if (!opened) return;
    this.#opened.delete(lab.id);
    try {
      await opened.clear(task);
    } finally {
      opened.dispose();
    }
  }

  need(lab: Lab): Need | null {
    const subnets = this.#opened.get(lab.id)?.allow ?? [];
    if (subnets.length === 0) return null;
    return {
      why: `VirtualBox allows ${subnets.join(' and ')} only with a line in ${rangesFile}`,
      lines: subnets.map((subnet) => `* ${subnet} in ${rangesFile}`),
    };
  }

  async permitted(lab: Lab): Promise<void> {
    for (const subnet of this.#opened.get(lab.id)?.allow ?? [])
      await this.rights.allowRange(lab.id, randomBytes(8).toString('hex'), subnet);
  }

  async tidy(lab: Lab): Promise<void> {
    const nothing = (): void => undefined;
    const opened = this.#of(lab);
    await opened.clear({ signal: new AbortController().signal, progress: nothing, log: nothing });
    await opened.look();
  }

  status(lab: Lab): Promise<NodeStatus[]> {
    return Promise.resolve(this.#opened.get(lab.id)?.status() ?? absentAll(lab));
  }

  watch(lab: Lab, listener: () => void): () => void {
    return this.#of(lab).onChange(listener);
  }

  adapted(lab: Lab): Lab {
    return this.#opened.get(lab.id)?.lab ?? lab;
  }

  remarks(lab: Lab): Remark[] {
    return this.#opened.get(lab.id)?.remarks() ?? [];
  }

  reset(lab: Lab, task: Task): Promise<boolean> {
    return this.#of(lab).reset(task);
  }

  folderOf(lab: Lab): string {
    return lab.ownFolder ?? this.#folders.of(lab);
  }

  transport(lab: Lab, node: string): Transport {
    return this.#of(lab).transport(node);
  }

  #of(lab: Lab): OpenedLab {
    const opened = this.#opened.get(lab.id);
    if (!opened) throw new LabFailure('node-down', `${lab.title} is not running.`);
    return opened;
  }

  /** Asks what has more than one answer on this computer, where there is somebody to ask. Rejects with `cancelled`. */
  async #choose(
    lab: Lab,
    version: VboxVersion,
    { uplinks, taken }: Network,
    task: Task,
  ): Promise<Pick<OpenedOptions, 'uplink' | 'moved' | 'allow'>> {
    const conf = isRestricted(process.platform, version) ? await readRangesFile() : undefined;
    const refused = conf === undefined ? [] : refusedRanges(lab, conf, freeRange(taken));
    const questions = questionsOf(lab, {
      uplinks,
      refused,
      conf: conf ?? null,
      how: this.rights.how,
      canAllow: process.platform === 'linux' && refused.every(({ subnet }) => canBeAllowed(subnet)),
    });
    const answers = questions.length > 0 && task.ask ? await task.ask(questions) : {};
    return { uplink: lanOfAnswers(uplinks, answers), ...rangesOfAnswers(refused, answers) };
  }

  async #open(lab: Lab, task: Task): Promise<OpenedLab> {
    task.progress(null, 'Looking at this computer');
    const { signal } = task;
    const tools = await findTools(this.options.env, signal);
    const { vagrant, vboxmanage, ssh } = required(tools);
    const env = toolEnvironment(tools.path, this.options.env ?? process.env);
    const vbox = new VboxCli(vboxmanage, env);
    const [version, network] = await Promise.all([vbox.version(signal), readNetwork(env, signal)]);
    if (version.warning)
      throw new LabFailure(
        'tool-missing',
        'VirtualBox’s kernel modules are not loaded.',
        'sudo /sbin/vboxconfig (or: sudo apt-get install virtualbox-dkms), then open the lab again.',
        version.warning,
      );
    const choices = await this.#choose(lab, version, network, task);
    const { moved } = choices;
    const labs = [lab, ...this.options.siblings().filter(({ id }) => id !== lab.id)];
    const box = this.options.box?.();
    if (lab.ownFolder === undefined)
      await this.#folders.write(labs, { moved, ...(box !== undefined && { box }) });
    const opened = new OpenedLab(lab, {
      folder: lab.ownFolder ?? this.#folders.of(lab),
      rcFile: await this.#folders.writeShellFile(hostOf(lab)),
      sockets: join(this.options.dataDir, 'tmp'),
      ...choices,
      uplinks: network.uplinks,
      user: userInfo().username,
      servers: await untilAborted(resolveServers(lab), signal),
      forwarding: await readForwarding(),
      env,
      ssh,
      vbox,
      hostOnly: hostOnlyWords(process.platform, version),
      vagrant: new VagrantCli(vagrant, env),
      ...this.options.privileged(lab.id),
    });
    try {
      await opened.begin(signal);
    } catch (error) {
      opened.dispose();
      throw error;
    }
    this.#opened.set(lab.id, opened);
    task.progress(1, 'Ready');
    return opened;
  }
}

const absentAll = (lab: Lab): NodeStatus[] =>
  Object.keys(lab.nodes).map((id) => ({ id, life: 'absent', detail: null }));

function required({
  vagrant,
  vboxmanage,
  ssh,
}: Tools): Record<'vagrant' | 'vboxmanage' | 'ssh', string> {
  const missing = [!vagrant && 'Vagrant', !vboxmanage && 'VirtualBox', !ssh && 'ssh'].filter(
    Boolean,
  );
  if (vagrant && vboxmanage && ssh) return { vagrant, vboxmanage, ssh };
  throw new LabFailure(
    'tool-missing',
    `${missing.join(' and ')} ${missing.length === 1 ? 'was' : 'were'} not found on this computer.`,
    'Health says how to get it. In the sandbox the lab needs nothing.',
  );
}
