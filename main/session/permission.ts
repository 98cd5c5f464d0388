/**
 * The permission to change the learner's own computer, as a session asks for it and gives it back: what the opened lab needs is
 * changed with it, and machines that need that go before it is taken back.
 */
import type { Need } from '../backends/backend.ts';
import { LabFailure, toFailure } from '../contract/failure.ts';
import type { Lab } from '../contract/lab.ts';
import type { RuleEngine } from '../rules/engine.ts';
import type { HostGuard } from './host-guard.ts';
import type { SessionOptions } from './session-options.ts';
import type { Terminals } from './terminals.ts';

export class Permission {
  constructor(
    /** `report` hears what the computer is like after it was given back. */
    private readonly options: Pick<SessionOptions, 'backend' | 'report'>,
    /** Null where the lab's host is not the learner's own computer. */
    private readonly guard: HostGuard | null,
    private readonly terminals: Terminals,
    private readonly now: () => { lab: Lab; engine: RuleEngine | null },
  ) {}

  /** What the opened lab needs changed on the learner's computer. */
  get need(): Need | null {
    return this.options.backend.need?.(this.now().lab) ?? null;
  }

  /** Asks for it. Rejects with `cancelled` or `not-permitted`, and then nothing was changed. */
  async allow(): Promise<void> {
    await this.guard?.allow();
    await this.options.backend.permitted?.(this.now().lab);
  }

  /** Asks for it when the lab cannot be used without. Rejects with `needs-rights` when it was not given. */
  async meetNeed(): Promise<void> {
    const { need } = this;
    if (need) await this.allow().catch((error: unknown) => Promise.reject(notMet(need, error)));
  }

  /** Takes back what was changed with it, and gives it back. */
  async giveBack(): Promise<void> {
    const found = await this.guard?.end(this.now().engine);
    if (found) this.options.report(found);
  }

  /** Takes everything away, and gives it back. Goes on when something cannot be; answers the first thing that could not. */
  async end(destroy: () => Promise<void>): Promise<Error | null> {
    const { guard, terminals } = this;
    const { lab, engine } = this.now();
    const left: unknown[] = [];
    const attempt = async (work: () => unknown): Promise<void> => {
      await Promise.resolve()
        .then(work)
        .catch((error: unknown) => left.push(error));
    };
    if (this.need) {
      await attempt(() => guard?.clear(engine));
      // sudo's terminal stays: closing it gives the permission back.
      terminals.closeShells();
      await attempt(() => this.options.backend.tidy?.(lab));
    }
    await attempt(() => this.giveBack());
    guard?.dispose();
    terminals.dispose();
    await attempt(destroy);
    return left.length === 0 ? null : asError(left[0]);
  }
}

function notMet({ why }: Need, error: unknown): Error {
  const { code, message } = toFailure(error);
  if (code !== 'cancelled' && code !== 'not-permitted') return asError(error);
  return new LabFailure(
    'needs-rights',
    `${why}, and the permission to add it was not given. The lab was not opened, and nothing on this computer was changed.`,
    'Open it again: the other addresses need no permission.',
    message,
  );
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
