/** Joins many wishes into one run: at most one waits, at most one runs. */
export class Debounce {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly waitMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  soon(): void {
    if (this.running) {
      this.again = true;
      return;
    }
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.run();
    }, this.waitMs);
  }

  /** Runs once more from now on, whatever runs already, and resolves when that is done. */
  async now(): Promise<void> {
    while (this.running !== null) await this.running;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.run();
  }

  private run(): Promise<void> {
    const running = this.work()
      .catch(() => undefined)
      .finally(() => {
        this.running = null;
        if (!this.again) return;
        this.again = false;
        this.soon();
      });
    this.running = running;
    return running;
  }
}
