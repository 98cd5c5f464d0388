/** The last output of a terminal, bounded, so that a reloaded window gets its screen back. */
export class Replay {
  #pieces: string[] = [];
  #length = 0;
  #dropped = false;

  constructor(private readonly limit: number) {}

  push(data: string): void {
    this.#pieces.push(data);
    this.#length += data.length;
    // Dropping whole pieces keeps this cheap; `text` cuts the rest.
    while (this.#length - (this.#pieces[0]?.length ?? 0) >= this.limit) {
      this.#length -= this.#pieces.shift()?.length ?? 0;
      this.#dropped = true;
    }
  }

  /** At most `limit` characters. When the start was dropped, it begins with a whole line. */
  text(): string {
    const all = this.#pieces.join('');
    if (!this.#dropped && all.length <= this.limit) return all;
    const cut = all.slice(-this.limit);
    const line = cut.indexOf('\n');
    return line < 0 ? cut : cut.slice(line + 1);
  }
}
