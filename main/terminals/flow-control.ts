/**
 * Counts what the window has not yet drawn, and says when to pause the program that writes and when to let
 * it go on. How much may be on its way follows the speed at which the window draws: enough to keep it busy,
 * little enough that Ctrl-C is heard at once. Knows neither ptys nor ports.
 */
export interface FlowLimits {
  /** Never paused below this, at first and for a slow window. */
  pauseAbove: number;
  resumeBelow: number;
  /** What a window draws within this time may be on its way. */
  aheadMs: number;
  pauseAtMost: number;
}

/** The speed is told by at least this much of busy time: windows acknowledge in bursts. */
const sampleMs = 25;

export class FlowControl {
  #unacknowledged = 0;
  #paused = false;
  #pauseAbove: number;
  /** Since when the window has had something to draw; null while it has nothing. */
  #busySince: number | null = null;
  #drawn = 0;

  constructor(
    private readonly limits: FlowLimits,
    private readonly pty: { pause(): void; resume(): void },
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#pauseAbove = limits.pauseAbove;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** The mark as it is now. */
  get pauseAbove(): number {
    return this.#pauseAbove;
  }

  sent(characters: number): void {
    this.#busySince ??= this.now();
    this.#unacknowledged += characters;
    if (this.#paused || this.#unacknowledged <= this.#pauseAbove) return;
    this.#paused = true;
    this.pty.pause();
  }

  /** A window that acknowledges more than it was sent gains nothing. */
  acknowledged(characters: number): void {
    const counted = Math.min(this.#unacknowledged, Math.max(0, characters));
    this.#unacknowledged -= counted;
    this.#measure(counted);
    if (this.#unacknowledged < this.#resumeBelow()) this.#resume();
  }

  /** The window is gone or new: what it owed is void. */
  reset(): void {
    this.#unacknowledged = 0;
    this.#rest();
    this.#pauseAbove = this.limits.pauseAbove;
    this.#resume();
  }

  /** A fast window gets more before it has drawn all: it should not wait for the next piece. */
  #resumeBelow(): number {
    const { pauseAbove, resumeBelow } = this.limits;
    return this.#pauseAbove > pauseAbove ? this.#pauseAbove / 2 : resumeBelow;
  }

  #measure(drawn: number): void {
    if (this.#busySince === null) return;
    this.#drawn += drawn;
    const busyMs = this.now() - this.#busySince;
    if (busyMs >= sampleMs) {
      const { pauseAbove, pauseAtMost, aheadMs } = this.limits;
      const wanted = (this.#drawn / busyMs) * aheadMs;
      this.#pauseAbove = Math.min(pauseAtMost, Math.max(pauseAbove, wanted));
      this.#drawn = 0;
      this.#busySince = this.now();
    }
    if (this.#unacknowledged === 0) this.#rest();
  }

  #rest(): void {
    this.#busySince = null;
    this.#drawn = 0;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.pty.resume();
  }
}
