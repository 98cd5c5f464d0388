/** One longer task at a time, with a label, what is done of it, and a way to cancel it. */
import { LabFailure } from '../contract/failure.ts';
import type { SessionState } from '../contract/session.ts';

type Report = (fraction: number | null, label: string) => void;

export class LongTask {
  current: SessionState['task'] = null;
  private abort = new AbortController();

  constructor(private readonly changed: () => void) {}

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  cancel(): void {
    this.abort.abort();
    this.abort = new AbortController();
  }

  /** Rejects with `busy` while another runs, with `cancelled` when it was, else with what the work rejects with. */
  async run(
    label: string,
    work: (signal: AbortSignal, report: Report) => Promise<void>,
  ): Promise<void> {
    if (this.current)
      throw new LabFailure('busy', `${this.current.label}: wait for it, or cancel it.`);
    const { signal } = this.abort;
    const report: Report = (fraction, text) => {
      this.current = { label: text, fraction, cancellable: true };
      this.changed();
    };
    report(null, label);
    try {
      await work(signal, report);
    } catch (error) {
      throw signal.aborted ? new LabFailure('cancelled', 'Cancelled.') : error;
    } finally {
      this.current = null;
      this.changed();
    }
  }
}
