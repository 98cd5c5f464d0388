/** The lab's containers in the learner's own Docker: whether they run, and how a command reaches them. */
import type { Lab } from '../../contract/lab.ts';
import type { NodeLife } from '../../contract/session.ts';
import { findEngine, type Engine } from '../../platform/docker-engine.ts';
import { DockerExecTransport } from '../../transports/docker-exec.ts';

export interface ContainerState {
  life: NodeLife;
  detail: string | null;
  /** First address of its networks; null while it does not run. */
  address: string | null;
}

const none: ContainerState = { life: 'absent', detail: null, address: null };
/** `.NetworkSettings.IPAddress` is gone since Docker 29 (API 1.52): addresses are read network by network. */
const format =
  '{{.Name}}\t{{.Config.Image}}\t{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';

export class Containers {
  #engine: Engine | null = null;
  #problem: string | null = null;
  #states = new Map<string, ContainerState>();

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** Looks for the engine; that there is none is no failure before a step needs it. */
  async open(): Promise<void> {
    const found = await findEngine(this.env);
    this.#engine = 'problem' in found ? null : found;
    this.#problem = 'problem' in found ? `Docker: ${found.found}. ${found.fix}` : null;
  }

  /** Why there is no engine, or null. */
  get problem(): string | null {
    return this.#problem;
  }

  state(node: string): ContainerState {
    return this.#states.get(node) ?? none;
  }

  /** A container of the lab is one whose name is the node's, as the article starts it. Never rejects. */
  async look(lab: Lab): Promise<void> {
    const nodes = Object.entries(lab.nodes).filter(([, { kind }]) => kind === 'container');
    if (!this.#engine) {
      for (const [id] of nodes) this.#states.set(id, { ...none, detail: this.#problem });
      return;
    }
    const running = await this.#running(nodes.map(([id]) => id));
    for (const [id] of nodes) this.#states.set(id, running.get(id) ?? none);
  }

  async #running(names: readonly string[]): Promise<Map<string, ContainerState>> {
    const found = new Map<string, ContainerState>();
    if (!this.#engine || names.length === 0) return found;
    // A call for all: those that are not there are complained about and left out.
    const { stdout } = await this.#engine
      .run(['container', 'inspect', '--format', `{{.State.Running}}\t${format}`, ...names], {
        timeoutMs: 10_000,
      })
      .catch(() => ({ stdout: '' }));
    for (const line of stdout.split('\n')) {
      const [running, name = '', , addresses = ''] = line.split('\t');
      if (running !== 'true') continue;
      const address = addresses.trim().split(' ')[0] ?? '';
      found.set(name.replace(/^\//, ''), {
        life: 'running',
        detail: null,
        address: address || null,
      });
    }
    return found;
  }

  /** Ends a lab's containers: only those with its nodes' names and images. */
  async remove(lab: Lab): Promise<void> {
    for (const [id, spec] of Object.entries(lab.nodes)) {
      if (spec.kind !== 'container' || !this.#engine) continue;
      const { stdout } = await this.#engine.run([
        'container',
        'inspect',
        '--format',
        '{{.Config.Image}}',
        id,
      ]);
      if (stdout.trim() === spec.image) await this.#engine.run(['rm', '-f', id]);
    }
  }

  transport(node: string): DockerExecTransport {
    const engine = this.#engine;
    return new DockerExecTransport({
      id: node,
      user: 'root',
      ranged: false,
      path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      shell: '/bin/sh',
      container: () => (this.state(node).life === 'running' ? node : null),
      docker: engine?.docker ?? ['docker'],
      env: engine?.env ?? {},
    });
  }
}
