/**
 * A bash that stays and runs what it is given, one script after the other, held by a pipe: it ends when the
 * pipe is closed, however the app dies.
 */
import { createInterface } from 'node:readline';
import { LabFailure } from '../contract/failure.ts';
import type { ChildProcess } from '../platform/run.ts';

/** Reads `id length`, then that many bytes of bash, runs them, and answers `@id status`. */
export const residentScript = `export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
while read -r id length; do
  IFS= read -r -N "$length" code || break
  eval "$code" </dev/null
  printf '@%s %s\\n' "$id" "$?"
done`;

interface Waiting {
  lines: string[];
  resolve(result: { status: number; lines: string[] }): void;
  reject(error: Error): void;
}

export class ResidentBash {
  private readonly waiting = new Map<number, Waiting>();
  private readonly errors: string[] = [];
  private count = 0;
  private ended = false;
  private readonly listeners = new Set<(line: string) => void>();
  readonly closed: Promise<void>;

  /** `record` is told every script that is run: put together, they are the lab without the app. */
  constructor(
    private readonly child: ChildProcess,
    private readonly record: (code: string) => void = () => undefined,
  ) {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      this.onLine(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors.push(text);
      if (this.errors.length > 200) this.errors.shift();
    });
    child.stdin?.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      const onEnd = (): void => {
        if (this.ended) return;
        this.ended = true;
        const failure = this.failure('The lab’s first process ended.');
        for (const entry of this.waiting.values()) entry.reject(failure);
        this.waiting.clear();
        resolve();
      };
      child.once('close', onEnd);
      child.once('error', (error) => {
        this.errors.push(error.message);
        onEnd();
      });
    });
  }

  /** Resolves with the script's status and the lines it printed; rejects when the process ends before. */
  run(code: string): Promise<{ status: number; lines: string[] }> {
    if (this.ended) return Promise.reject(this.failure('The lab’s first process has ended.'));
    this.record(code);
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { lines: [], resolve, reject });
      const body = Buffer.from(code, 'utf8');
      this.child.stdin?.write(
        Buffer.concat([Buffer.from(`${String(id)} ${String(body.length)}\n`), body]),
      );
    });
  }

  onAnnouncement(listener: (line: string) => void): void {
    this.listeners.add(listener);
  }

  get complaints(): string {
    return this.errors.join('').slice(-4000);
  }

  /** Closes its pipe; one that does not end by then is killed. */
  async end(graceMs = 500): Promise<void> {
    this.child.stdin?.end();
    const slow = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    await this.closed;
    clearTimeout(slow);
  }

  private onLine(line: string): void {
    const [, id, status] = /^@(\d+) (\d+)$/.exec(line) ?? [];
    if (id !== undefined) {
      const entry = this.waiting.get(Number(id));
      this.waiting.delete(Number(id));
      entry?.resolve({ status: Number(status), lines: entry.lines });
    } else if (line.startsWith('!')) {
      for (const listener of this.listeners) listener(line.slice(1));
    } else {
      this.waiting.values().next().value?.lines.push(line);
    }
  }

  private failure(message: string): LabFailure {
    return new LabFailure('node-down', message, undefined, this.complaints || undefined);
  }
}
