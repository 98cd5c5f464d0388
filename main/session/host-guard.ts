/**
 * The learner's own computer during a lab: the permission to change it, what it was like before, and the proof at the end
 * that it is so again.
 */
import type { HostRights } from '../backends/backend.ts';
import type { Lab } from '../contract/lab.ts';
import type { RightsState } from '../contract/session.ts';
import type { RuleEngine } from '../rules/engine.ts';
import type { Transport } from '../transports/transport.ts';
import { difference, readBaseline, type Runner } from './baseline.ts';

/** Where nothing but the app could have changed something: the rest (routes, addresses) is the hypervisor's doing. */
const compared = ['iptables', 'sysctl'];

export interface HostReport {
  /** Command lines that were taken back. */
  undone: string[];
  /** `- was` and `+ is` lines; empty when nothing differs. */
  difference: string[];
  /** How many lines were compared. */
  lines: number;
}

export class HostGuard {
  #before: Map<string, string[]> | null = null;
  #undone: string[] = [];
  /** Whose rules were last shown. */
  #engine: RuleEngine | null = null;
  readonly #stop: () => void;

  constructor(
    private readonly rights: HostRights,
    private readonly labId: string,
    private readonly host: string,
    private readonly runner: Runner,
    changed: () => void,
  ) {
    this.#stop = rights.onChange(changed);
  }

  /** Null where the lab's host is not the learner's own computer. */
  static of(
    rights: HostRights | undefined,
    lab: Lab,
    transport: (node: string) => Transport,
    changed: () => void,
  ): HostGuard | null {
    const [host] = Object.entries(lab.nodes).find(([, { kind }]) => kind === 'host') ?? [];
    if (!rights || host === undefined) return null;
    return new HostGuard(rights, lab.id, host, (argv) => transport(host).exec(argv), changed);
  }

  /** The command lines are those of the lab's own rules: nothing else can be asked of the helper on this lab's behalf. */
  state(engine: RuleEngine | null): RightsState {
    this.#engine = engine;
    const commands = engine?.states().flatMap((rule) => rule.commands) ?? [];
    return {
      state: this.rights.state,
      how: this.rights.how,
      lines: commands.filter(({ node }) => node === this.host).map(({ line }) => line),
    };
  }

  /** Asks, takes back what an earlier run left, and notes what the computer is like. */
  async allow(): Promise<void> {
    await this.rights.request();
    const undone = await this.rights.undoLab(this.labId);
    this.#undone.push(...undone);
    // What a helper that was killed had left is taken back now: nobody else has taken it, and nothing of it is left to undo.
    if (undone.length > 0) await this.#engine?.forget(this.host);
    this.#before ??= await readBaseline(this.runner);
  }

  /** Takes back the rules, and keeps the permission. */
  async clear(engine: RuleEngine | null): Promise<void> {
    if (this.rights.state === 'granted') await engine?.undoAll();
  }

  /** Takes everything back and gives the permission back. Null when none was given. */
  async end(engine: RuleEngine | null): Promise<HostReport | null> {
    this.rights.cancel();
    await this.clear(engine);
    const report = this.#before && this.rights.state === 'granted' ? await this.#prove() : null;
    await this.rights.end();
    return report;
  }

  dispose(): void {
    this.#stop();
  }

  async #prove(): Promise<HostReport> {
    const undone = [...this.#undone, ...(await this.rights.undoLab(this.labId))];
    const before = only(this.#before ?? new Map<string, string[]>());
    const after = only(await readBaseline(this.runner));
    this.#before = null;
    this.#undone = [];
    return {
      undone,
      difference: difference(this.host, ...alike(before, after)),
      lines: [...before.values()].flat().length,
    };
  }
}

const only = (state: Map<string, string[]>) =>
  new Map([...state].filter(([title]) => compared.includes(title)));

/** Settings of interfaces that are there only before or only after came and went with them. */
function alike(
  before: Map<string, string[]>,
  after: Map<string, string[]>,
): [Map<string, string[]>, Map<string, string[]>] {
  const key = (line: string) => line.split(' = ')[0] ?? line;
  const both = new Map(
    [...before].map(([title, lines]) => {
      const now = new Set((after.get(title) ?? []).map(key));
      return [title, new Set(lines.map(key).filter((one) => now.has(one)))];
    }),
  );
  const keep = (state: Map<string, string[]>) =>
    new Map(
      [...state].map(([title, lines]) => [
        title,
        title === 'sysctl' ? lines.filter((line) => both.get(title)?.has(key(line))) : lines,
      ]),
    );
  return [keep(before), keep(after)];
}
