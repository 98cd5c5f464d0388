/**
 * The permission to change the learner's own computer: asked for once for a lab, used through the helper, given back at its
 * end. Nothing is started before somebody has said yes in the window.
 */
import { LabFailure } from '../../contract/failure.ts';
import type { Operation } from '../../contract/operations.ts';
import type { RightsState as Shown } from '../../contract/session.ts';
import { ruleArgv } from '../rule-words.ts';
import { HelperClient } from './helper-client.ts';
import { startHelper, type AskTerminal, type Started } from './start-helper.ts';
import type { Way } from './ways.ts';

type RightsState = Shown['state'];

/** What only root may read and the panels show: the helper's closed list. */
export type RootRead =
  'iptables-save' | 'iptables-legacy-save' | 'nft' | 'conntrack' | 'tcp' | 'udp';

export interface RightsOptions {
  ways: () => Promise<Way[]>;
  /** Where named pipes may lie while a terminal asks. */
  tmp: string;
  ask: AskTerminal;
}

/** Exit statuses of pkexec(1). */
const dismissed = 126;
const refused = 127;

export class Rights {
  readonly #listeners = new Set<() => void>();
  readonly #firewallListeners = new Set<() => void>();
  #how: Way['kind'] = 'dialog';
  #state: RightsState = 'none';
  #client: HelperClient | null = null;
  #started: Started | null = null;
  #cancelled = false;

  constructor(private readonly options: RightsOptions) {}

  get state(): RightsState {
    return this.#state;
  }

  /** The way that will be tried first, or was taken. */
  get how(): Way['kind'] {
    return this.#how;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back whenever the computer's firewall has changed, by whomever; silent without the permission. */
  onFirewall(listener: () => void): () => void {
    this.#firewallListeners.add(listener);
    return () => this.#firewallListeners.delete(listener);
  }

  /** Looks which way there is, so that the window can say it before it asks. */
  async look(): Promise<void> {
    const [first] = await this.options.ways();
    if (first && this.#state === 'none') this.#how = first.kind;
  }

  /** Resolves when it was given. Rejects with `cancelled` or `not-permitted`, and then nothing was changed. */
  async request(): Promise<void> {
    if (this.#state === 'granted') return;
    if (this.#state === 'asking')
      throw new LabFailure('busy', 'The permission is being asked for.');
    this.#cancelled = false;
    this.#become('asking');
    try {
      const ways = await this.options.ways();
      for (const [index, way] of ways.entries()) {
        const last = index === ways.length - 1;
        if (await this.#try(way, last)) return;
      }
    } finally {
      this.#become(this.#client ? 'granted' : 'none');
    }
  }

  /** Stops asking. */
  cancel(): void {
    this.#cancelled = true;
    if (this.#state === 'asking') this.#started?.kill();
  }

  async read(what: RootRead): Promise<string> {
    const { text } = await this.#helper().ask('read', { what });
    return String(text);
  }

  /** `change`: 16 hexadecimal digits nobody used before. Rejects with LabFailure, and then nothing was changed. */
  async apply(lab: string, rule: string, change: string, operation: Operation): Promise<void> {
    await this.#helper().ask(operation.do, { lab, rule, change, ...fieldsOf(operation) });
  }

  /** Lets VirtualBox use a range of addresses while the lab runs. */
  async allowRange(lab: string, change: string, range: string): Promise<void> {
    await this.#helper().ask('vbox-range', { lab, rule: 'range', change, range });
  }

  /** Safe to repeat, and for a change that was never made. */
  async undo(change: string): Promise<void> {
    await this.#helper().ask('undo', { change });
  }

  /** Takes back what a lab has changed, also what an earlier helper left; resolves with the lines taken back. */
  async undoLab(lab: string): Promise<string[]> {
    const { undone } = await this.#helper().ask('undo-lab', { lab });
    return Array.isArray(undone) ? undone.map(String) : [];
  }

  /** Gives the permission back. The helper takes back what is left, and ends. */
  async end(): Promise<void> {
    this.cancel();
    const client = this.#client;
    this.#client = null;
    await client?.close();
    if (client) this.#become('none');
  }

  /** Answers false when another way may be tried. */
  async #try(way: Way, last: boolean): Promise<boolean> {
    this.#how = way.kind;
    const started = await startHelper(way, this.options.tmp, this.options.ask);
    this.#started = started;
    const client = new HelperClient(started, () => {
      for (const listener of this.#firewallListeners) listener();
    });
    const code = await Promise.race([client.ask('hello').then(() => null), started.ended]).catch(
      () => started.ended,
    );
    if (code === null) {
      this.#client = client;
      // Without nft, or with a helper of an older package, what changes is seen at the next look.
      void client.ask('watch').catch(() => undefined);
      void started.ended.then(() => {
        if (this.#client !== client) return;
        this.#client = null;
        this.#become('none');
      });
      return true;
    }
    if (this.#cancelled || (way.kind === 'dialog' && code === dismissed))
      throw new LabFailure(
        'cancelled',
        'No permission was given. Nothing on this computer was changed.',
      );
    if (way.kind === 'dialog' && code === refused && !last) return false;
    throw new LabFailure(
      'not-permitted',
      'The permission was not given, so nothing on this computer was changed.',
      'Try again, or type the commands into a terminal yourself: the cards turn on all the same.',
      `${way.argv.join(' ')} ended with ${String(code)}`,
    );
  }

  #helper(): HelperClient {
    if (!this.#client)
      throw new LabFailure(
        'needs-rights',
        'Hoplab needs your permission to read and change this computer’s firewall.',
      );
    return this.#client;
  }

  #become(state: RightsState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function fieldsOf(operation: Operation): Record<string, unknown> {
  switch (operation.do) {
    case 'sysctl':
      return { key: operation.key, value: operation.value };
    case 'iptables-append':
    case 'iptables-insert':
      return { table: operation.table, chain: operation.chain, words: ruleArgv(operation.rule) };
    case 'iptables-flush':
      return { table: operation.table, chain: operation.chain };
    default:
      throw new LabFailure(
        'bad-request',
        `Hoplab does not do that (${operation.do}) to your own computer.`,
        'Type the command into the terminal yourself.',
      );
  }
}
