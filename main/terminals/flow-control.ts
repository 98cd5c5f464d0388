/**
 * Counts what the window has not yet drawn, and says when to pause the program that writes and when to let
 * it go on. Pure: it knows neither ptys nor ports.
 */
export interface FlowLimits {
  pauseAbove: number;
  resumeBelow: number;
}

export class FlowControl {
  #unacknowledged = 0;
  #paused = false;

  constructor(
    private readonly limits: FlowLimits,
    private readonly pty: { pause(): void; resume(): void },
  ) {}

  get isPaused(): boolean {
    return this.#paused;
  }

  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  sent(characters: number): void {
    this.#unacknowledged += characters;
    if (this.#paused || this.#unacknowledged <= this.limits.pauseAbove) return;
    this.#paused = true;
    this.pty.pause();
  }

  /** A window that acknowledges more than it was sent gains nothing. */
  acknowledged(characters: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - Math.max(0, characters));
    if (this.#unacknowledged < this.limits.resumeBelow) this.#resume();
  }

  /** The window is gone or new: what it owed is void. */
  reset(): void {
    this.#unacknowledged = 0;
    this.#resume();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.pty.resume();
  }
}
