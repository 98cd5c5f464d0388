/**
 * A lab as containers: one for each node, and the control container that holds them. Its network namespace is
 * the fabric, and its standard input is a pipe of the app: when that is closed, however the app died, it ends the nodes
 * and then itself, and Docker removes them all.
 */
import { randomBytes } from 'node:crypto';
import { LabFailure } from '../../contract/failure.ts';
import { start, type ChildProcess } from '../../platform/run.ts';
import { DockerExecTransport } from '../../transports/docker-exec.ts';
import type { EnteredNode } from '../../transports/entered.ts';
import type { Loader } from '../../world/loader.ts';
import { nodeScript, type NodeBoot } from '../../world/node-boot.ts';
import { nodePrograms } from '../../world/programs/node-programs.ts';
import { ResidentBash, residentScript } from '../../world/resident-bash.ts';
import { quote } from '../../world/shell-script.ts';
import { parseAnswer, type SlirpAnswer } from '../../world/slirp-api.ts';
import { goPath, lastWords, nodeLoader, words } from './container-words.ts';
import {
  controlArguments,
  nodeArguments,
  nodeName,
  removeSession,
  type Naming,
} from './containers.ts';
import type { Engine } from '../../platform/docker-engine.ts';

/** How long the control container may take to end its nodes. */
const graceMs = 10_000;

export class LabContainers extends ResidentBash implements Loader {
  readonly words = words;
  private readonly running = new Map<string, { container: string; pid: number }>();
  private runs = 0;
  private preparing: Promise<void> = Promise.resolve();

  private constructor(
    child: ChildProcess,
    private readonly engine: Engine,
    private readonly image: string,
    private readonly naming: Naming,
  ) {
    super(child);
    this.onAnnouncement((line) => {
      const gone = /^gone (\S+)/.exec(line)?.[1];
      if (gone !== undefined) this.running.delete(gone);
    });
    // Killed by somebody, it could not end its nodes.
    void this.closed.then(() => removeSession(engine, naming.session)).catch(() => undefined);
  }

  /** Starts the control container. Rejects with `command-failed`, and what Docker said. */
  static async create(engine: Engine, image: string, lab: string): Promise<LabContainers> {
    const naming: Naming = { lab, session: randomBytes(4).toString('hex') };
    const script = `mkfifo /ready; exec 7<>/ready; declare -gA STARTED=() PIDS=()\n${residentScript}\n${lastWords(naming.session)}`;
    const [program, ...args] = [...engine.docker, ...controlArguments(naming, image, script)];
    const child = start([program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: engine.env,
      cwd: '/',
      // A signal meant for the app's terminal is not meant for it: the pipe is what it lives by.
      detached: process.platform !== 'win32',
    });
    const containers = new LabContainers(child, engine, image, naming);
    await containers.run(':').catch(() => {
      throw new LabFailure(
        'command-failed',
        'Docker could not start the container that holds the lab.',
        undefined,
        containers.complaints,
      );
    });
    return containers;
  }

  get session(): string {
    return this.naming.session;
  }

  override async end(): Promise<void> {
    // Nothing is under way then, and the nodes it knows are all there are.
    await this.preparing.catch(() => undefined);
    void this.run('CALM=1').catch(() => undefined);
    await super.end(graceMs);
    await removeSession(this.engine, this.naming.session);
  }

  prepare(nodes: readonly { id: string; hostName: string }[]): Promise<void> {
    const made = this.preparing.catch(() => undefined).then(() => this.startContainers(nodes));
    this.preparing = made;
    return made;
  }

  bootScript(boot: NodeBoot): string {
    const programs = Object.entries(nodePrograms).map(([path, content]) => ({
      path: `/opt/hoplab/${path}`,
      content,
      mode: '755',
    }));
    // sudo for users other than 0: a copy that sets the user id.
    const become =
      '[[ -e /opt/hoplab/lib/become ]] || { mkdir -p /opt/hoplab/lib /run/hoplab /run/lock; cp /usr/bin/setpriv /opt/hoplab/lib/become; chmod 4755 /opt/hoplab/lib/become; }';
    // As every kernel has it, and not as Docker sets it for containers.
    const sysctls = { 'net.ipv4.ip_unprivileged_port_start': '1024', ...boot.sysctls };
    return nodeScript(
      { ...boot, sysctls, files: [...programs, ...boot.files] },
      { go: goPath, takeRoot: [become] },
    );
  }

  firstPids(): Promise<Map<string, number>> {
    return Promise.resolve(new Map([...this.running].map(([id, { pid }]) => [id, pid])));
  }

  async inNode(node: string, script: string, input?: string): Promise<{ status: number }> {
    const place = { id: node, user: 'root', ranged: true, path: nodePath, shell: '/bin/bash' };
    const { code } = await this.transport(place)
      .exec(['bash', '-c', script], input === undefined ? {} : { input })
      .catch((error: unknown) => {
        if (error instanceof LabFailure && error.code === 'node-down') return { code: 1 };
        throw error;
      });
    return { status: code };
  }

  async askNat(_host: string, node: string, body: unknown): Promise<SlirpAnswer> {
    const request = quote(JSON.stringify(body));
    const { lines } = await this.run(
      `printf %s ${request} | socat -t5 - UNIX-CONNECT:/run/nat/${node}.sock; echo`,
    );
    return parseAnswer(lines.join('\n'));
  }

  /** How a node is entered, as long as it runs. */
  transport(place: EnteredNode): DockerExecTransport {
    return new DockerExecTransport({
      ...place,
      container: () => this.running.get(place.id)?.container ?? null,
      docker: this.engine.docker,
      env: this.engine.env,
    });
  }

  private async startContainers(nodes: readonly { id: string; hostName: string }[]): Promise<void> {
    this.runs += 1;
    const started = nodes.map(({ id, hostName }) => ({ id, hostName, run: this.runs }));
    await Promise.all(
      started.map((node) => this.docker(nodeArguments(this.naming, node, this.image, nodeLoader))),
    );
    const names = started.map((node) => nodeName(this.naming, node));
    const pids = await this.docker(['inspect', '--format', '{{.State.Pid}}', ...names]);
    for (const [index, line] of pids.trim().split('\n').entries()) {
      const [node, container] = [started[index], names[index]];
      if (!node || !container || !/^[1-9]\d*$/.test(line))
        throw new LabFailure('command-failed', `A container of the lab ended at once.`);
      this.running.set(node.id, { container, pid: Number(line) });
    }
    const told = started.map(
      ({ id }) => `STARTED[${id}]=${String(this.running.get(id)?.pid ?? '')}`,
    );
    await this.run(told.join('; '));
  }

  private async docker(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.engine.run(args);
    if (code === 0) return stdout;
    throw new LabFailure(
      'command-failed',
      'Docker could not start a machine of the lab.',
      undefined,
      stderr,
    );
  }
}

const nodePath = '/opt/hoplab/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
