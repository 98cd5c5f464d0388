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
      this.run();
    }, this.waitMs);
  }

  /** Runs once more from now on, whatever runs already, and resolves when that is done. */
  async now(): Promise<void> {
    while (this.running) await this.running;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.run();
    await this.running;
  }

  private run(): void {
    this.running = this.work()
      .catch(() => undefined)
      .finally(() => {
        this.running = null;
        if (!this.again) return;
        this.again = false;
        this.soon();
      });
  }
}
