/**
 * Joins small pieces of output into few messages. The first piece after a quiet moment goes out at once, so
 * that an echoed key is not late; what follows within the interval is sent together.
 */
export class Coalesce {
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly send: (data: string) => void,
    private readonly intervalMs = 5,
  ) {}

  push(data: string): void {
    if (data === '') return;
    if (this.#timer) {
      this.#waiting.push(data);
      return;
    }
    this.#arm();
    this.send(data);
  }

  /** Sends what waits, now: before an end is announced. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#drain();
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#drain()) this.#arm();
    }, this.intervalMs);
  }

  #drain(): boolean {
    if (this.#waiting.length === 0) return false;
    const data = this.#waiting.join('');
    this.#waiting = [];
    this.send(data);
    return true;
  }
}
