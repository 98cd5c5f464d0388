/** Changes an earlier run has left on this computer: told at the start, with the ways out, and until they are taken back. */
import type { Notices } from '../../platform/notices.ts';
import { readLeftovers, type Leftover } from './leftovers.ts';

const title = 'Changes of an earlier run are still applied to this computer';

export interface LeftoverWatchOptions {
  /** Where the helper says what is applied; its usual place when not given. */
  file?: string | undefined;
  notices: Notices;
  /** A lab's title, or null when it is not there any more. */
  titleOf: (labId: string) => string | null;
  changed: (count: number) => void;
}

export class LeftoverWatch {
  /** Null before the first look. */
  #left: Leftover[] | null = null;

  constructor(private readonly options: LeftoverWatchOptions) {}

  /** How many changes are left. */
  get count(): number {
    return this.#left?.length ?? 0;
  }

  /** Looks what is left of what was there at the start: anything later is this run's own. Never rejects. */
  async look(): Promise<void> {
    const before = this.#left;
    if (before?.length === 0) return;
    const now = await readLeftovers(this.options.file);
    const left = before
      ? now.filter(({ change }) => before.some((one) => one.change === change))
      : now;
    this.#left = left;
    if (left.length === (before?.length ?? 0)) return;
    const { notices, changed } = this.options;
    if (left.length === 0) notices.withdraw(title);
    else notices.tell('warning', title, this.#text(left), left.map(({ says }) => says).join('\n'));
    changed(left.length);
  }

  #text(left: readonly Leftover[]): string {
    const uid = process.getuid?.();
    const labs = new Set(left.filter((one) => uid === 0 || one.uid === uid).map(({ lab }) => lab));
    const titles = [...labs].flatMap((id) => this.options.titleOf(id) ?? []);
    const open = titles.map((name) => `“${name}”`).join(' and ');
    return [
      'Hoplab ended before it could take them back.',
      open && `Open ${open} on “This computer” and allow changes: that takes them back.`,
      `${open ? 'Or type' : 'Type'} hoplab undo-all in a terminal.`,
    ]
      .filter(Boolean)
      .join(' ');
  }
}
