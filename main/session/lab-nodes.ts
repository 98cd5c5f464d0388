/** The nodes of a running lab as the backend last told them: who runs, who came, who went. */
import type { Backend } from '../backends/backend.ts';
import type { Lab } from '../contract/lab.ts';
import type { NodeLife, NodeState } from '../contract/session.ts';

export class LabNodes {
  #lives = new Map<string, NodeLife>();
  #details = new Map<string, string | null>();

  life(node: string): NodeLife {
    return this.#lives.get(node) ?? 'absent';
  }

  get lives(): ReadonlyMap<string, NodeLife> {
    return this.#lives;
  }

  /** Asks the backend; answers which nodes have come up and which have gone since the last time. */
  async read(backend: Backend, lab: Lab): Promise<{ came: string[]; went: string[] }> {
    const status = await backend.status(lab);
    const before = this.#lives;
    this.#lives = new Map(status.map((item) => [item.id, item.life]));
    this.#details = new Map(status.map((item) => [item.id, item.detail]));
    const runs = (life: NodeLife | undefined): boolean => life === 'running';
    const changed = status.filter(({ id, life }) => runs(life) !== runs(before.get(id)));
    return {
      came: changed.filter(({ life }) => runs(life)).map(({ id }) => id),
      went: changed.filter(({ life }) => !runs(life)).map(({ id }) => id),
    };
  }

  states(lab: Lab): NodeState[] {
    return Object.entries(lab.nodes).map(([id, spec]) => ({
      id,
      kind: spec.kind,
      title: spec.title ?? id,
      life: this.life(id),
      startsBy:
        spec.kind === 'machine'
          ? `vagrant up in ~/${lab.folder}`
          : spec.kind === 'container'
            ? `docker run -d --rm --name=${id} ${spec.image}`
            : null,
      detail: this.#details.get(id) ?? null,
    }));
  }
}
