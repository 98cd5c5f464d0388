/** For how long a program has answered nothing although it was asked. Any answer at all shows that it lives. */

export type Outcome = 'answered' | 'timed-out' | 'given-up';

export class Silence {
  #since: number | null = null;
  #waiting = 0;
  /** Whether a question was waited for in vain since the last answer. */
  #inVain = false;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Notes a question; the answer is how to note what became of it. */
  ask(): (outcome: Outcome) => void {
    this.#waiting += 1;
    this.#since ??= this.now();
    return (outcome) => {
      this.#waiting -= 1;
      if (outcome === 'timed-out') this.#inVain = true;
      if (outcome === 'answered') {
        this.#inVain = false;
        this.#since = this.#waiting > 0 ? this.now() : null;
      } else if (this.#waiting === 0 && !this.#inVain) this.#since = null;
    };
  }

  /** 0 while it answers, or is not asked. */
  get ms(): number {
    return this.#since === null ? 0 : this.now() - this.#since;
  }
}
